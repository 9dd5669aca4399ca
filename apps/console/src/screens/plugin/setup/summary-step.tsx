import type { Instance, PluginDetail, SetupSession } from "@hilum/contract/api";
import { IconChevronLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useAct } from "../../../api/use-api.ts";
import { TableRegion } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { useGo } from "../../../shell/go.tsx";
import { notify } from "../../../shell/notices.ts";
import { many } from "../../../text/format.ts";
import { instancePart, instanceQuery } from "../plugin-page.tsx";
import type { Outcome } from "./enable-outcome.tsx";
import type { Step, WizardState } from "./use-wizard.ts";

interface SummaryStepProps {
  session: SetupSession;
  step: Step;
  wizard: WizardState;
  heading: ReactNode;
  detail: PluginDetail;
  instance: Instance;
  onEnabled(outcome: Outcome): void;
}

/** What finishing changes, and the three ways to finish. */
export function SummaryStep({ session, wizard, heading, detail, instance, onEnabled }: SummaryStepProps) {
  const finish = useAct("finishSetup", undefined, { refresh: false });
  const enable = useAct("enableInstance");
  const go = useGo();
  const place = { params: { plugin: detail.id }, query: instanceQuery(instance.instance) };
  const part = instancePart(instance.instance);
  const open = session.steps.find(({ state, type }) => state === "open" && type !== "summary");
  const blocked = open === undefined ? undefined : `The step “${open.title}” is still open.`;
  const before = session.steps[wizard.at - 1];

  const save = async (as?: "live" | "test"): Promise<boolean> =>
    (await finish.run({ ...place, query: { ...place.query, ...(as !== undefined && { as }) } })) !== undefined;
  const saveDraft = async (): Promise<void> => {
    if (!(await save())) return;
    notify("Settings saved");
    go(
      instance.next === "access" || instance.next === "setup"
        ? `/plugins/${detail.id}/access${part}`
        : `/plugins/${detail.id}${part}`,
    );
  };
  const saveAndEnable = async (as: "live" | "test"): Promise<void> => {
    if (!(await save(as))) return;
    const answer = await enable.run({ ...place, body: {} });
    if (answer?.enabled === true) {
      notify(`${detail.name} is enabled${as === "test" ? " in test mode" : ""}`);
      go(`/plugins/${detail.id}${part}`);
    } else onEnabled({ as, ...(answer === undefined ? {} : { gate: answer.gate }), problem: enable.problem });
  };
  const running = finish.running || enable.running;
  const enabled = instance.state === "enabled";
  return (
    <>
      <div className="hd">{heading}</div>
      <div className="bd stack md">
        {finish.problem !== null && <ApiProblemPanel problem={finish.problem} />}
        <p className="dim prose">{sentence(session, enabled)}</p>
      </div>
      <Changes session={session} />
      <div className="ft actions">
        {before === undefined ? (
          <span />
        ) : (
          <ActButton
            leftSection={<IconChevronLeft size={16} aria-hidden />}
            running={wizard.keeping}
            onClick={() => void wizard.open(before.id)}
          >
            Back
          </ActButton>
        )}
        <div className="row end">
          {enabled ? (
            <ActButton variant="filled" running={running} blocked={blocked} onClick={() => void saveDraft()}>
              Save and apply
            </ActButton>
          ) : (
            <>
              <ActButton running={running} blocked={blocked} compact onClick={() => void saveDraft()}>
                Save as draft
              </ActButton>
              <ActButton running={running} blocked={blocked} compact onClick={() => void saveAndEnable("test")}>
                Enable in test mode
              </ActButton>
              <ActButton
                variant="filled"
                running={running}
                blocked={blocked}
                onClick={() => void saveAndEnable("live")}
              >
                Enable
              </ActButton>
            </>
          )}
        </div>
      </div>
    </>
  );
}

function sentence({ changes, mode }: SetupSession, enabled: boolean): string {
  if (changes.length === 0)
    return enabled
      ? "Nothing changes: the settings are those that are saved."
      : "The settings are those that are saved.";
  const what = `${many(changes.length, "setting")} ${changes.length === 1 ? "changes" : "change"}.`;
  if (mode === "setup" && !enabled)
    return `${many(changes.length, "setting")} will be saved. Enable runs every check once more, and the smoke tests.`;
  return enabled ? `${what} The plugin starts again with them at once.` : what;
}

function Changes({ session }: { session: SetupSession }) {
  const { changes, mode } = session;
  if (changes.length === 0) return null;
  const fresh = mode === "setup" && changes.every(({ before }) => before === undefined);
  return (
    <TableRegion label={fresh ? "What is saved" : "What changes"} minWidth={fresh ? 0 : 440}>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          {!fresh && <th scope="col">Before</th>}
          <th scope="col">{fresh ? "Value" : "After"}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ name, title, secret, before, after }) => (
          <tr key={name}>
            <th scope="row">{title}</th>
            {!fresh && <td>{secret ? <Dim>not shown</Dim> : (before ?? <Dim>empty</Dim>)}</td>}
            <td>
              {secret ? (
                <Dim>{after === "removed" ? "removed" : fresh ? "set, not shown" : "replaced, not shown"}</Dim>
              ) : (
                (after ?? <Dim>empty</Dim>)
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

const Dim = ({ children }: { children: ReactNode }) => <span className="dim">{children}</span>;
