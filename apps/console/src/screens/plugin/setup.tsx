import type { ConfigSchema } from "@hilum/contract";
import type { SetupSession } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty, StepList } from "../../look/pictures.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { GoButton, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { many } from "../../text/format.ts";
import { changedNames, emptyDraft, type Draft } from "@hilum/sdk/ui";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";
import { SetupStep } from "./setup-step.tsx";

const route = getRouteApi("/app/plugins/$plugin/setup");

export function SetupScreen() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const may = useMay("getSetup");
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const session = useRead("getSetup", input);
  const restart = useAct("restartSetup", "Setup started over");
  const [asking, setAsking] = useState(false);
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Setup"
      prefix="Set up"
      lead={leadOf(session.data)}
      renderActions={() =>
        may.allowed && (
          <Button variant="subtle" onClick={() => setAsking(true)}>
            Start over
          </Button>
        )
      }
      reads={[session]}
      calls={[["getSetup", input]]}
      offers={["answerSetupStep"]}
    >
      {(detail) => {
        if (!may.allowed) return null;
        if (!detail.hasSetup && !detail.hasSettings) {
          return (
            <section className="panel">
              <Empty
                title="This plugin needs no setup"
                action={
                  <GoButton to={`/plugins/${plugin}/access${instancePart(instance)}`}>Review its access</GoButton>
                }
              >
                Its manifest declares no settings.
              </Empty>
            </section>
          );
        }
        return (
          <Loaded query={session} what="the setup">
            {(data) => <Wizard key={data.startedAt} session={data} plugin={plugin} instance={instance} />}
          </Loaded>
        );
      }}
    </PluginPage>
  );

  function leadOf(data: SetupSession | undefined) {
    return (
      <>
        {data?.prepare?.minutes !== undefined && `About ${many(data.prepare.minutes, "minute")}. `}Every answer you give
        is kept on the server: leave and come back at any time.
        {asking && (
          <ConfirmDialog
            title="Start the setup over?"
            confirm="Start over"
            running={restart.running}
            problem={restart.problem}
            onClose={() => setAsking(false)}
            onConfirm={() => void restart.run(input).then((answer) => answer !== undefined && setAsking(false))}
          >
            The answers given in this setup are dropped. Settings that were saved before stay as they are.
          </ConfirmDialog>
        )}
      </>
    );
  }
}

function Wizard({ session, plugin, instance }: { session: SetupSession; plugin: string; instance: string }) {
  const { step: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useGo();
  const answer = useAct("answerSetupStep");
  const finish = useAct("finishSetup", "Settings saved");
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});

  const openable = session.steps.filter(({ state }) => state !== "open").map(({ id }) => id);
  const current = asked !== undefined && openable.includes(asked) ? asked : session.current;
  const at = session.steps.findIndex(({ id }) => id === current);
  const step = session.steps[at];
  if (step === undefined) return null;

  const draft = drafts[step.id] ?? emptyDraft;
  const input = { params: { plugin, step: step.id }, query: instanceQuery(instance) };
  const open = (id: string): void => void navigate({ search: (search) => ({ ...search, step: id }) });

  const send = async (option?: string): Promise<SetupSession | undefined> => {
    const { values, secrets } = stepBody(session, step, draft);
    const next = await answer.run({
      ...input,
      body: { values, ...(Object.keys(secrets).length > 0 && { secrets }), ...(option !== undefined && { option }) },
    });
    if (next !== undefined && next.checks[step.id]?.ok !== false) setDrafts({ ...drafts, [step.id]: emptyDraft });
    return next;
  };
  const goOn = async (option?: string): Promise<void> => {
    const next = await send(option);
    const following = next?.steps[at + 1];
    // What a check found is read before going on.
    if (step.type === "check" || step.type === "test") open(step.id);
    else if (next?.checks[step.id]?.ok !== false && following !== undefined && following.state !== "open")
      open(following.id);
  };
  const leave = async (): Promise<void> => {
    if (changedNames(draft).length > 0 && (await send()) === undefined) return;
    go(`/plugins/${plugin}${instancePart(instance)}`);
  };
  const save = async (): Promise<void> => {
    const saved = await finish.run({ params: { plugin }, query: instanceQuery(instance) });
    if (saved !== undefined) go(`/plugins/${plugin}/access${instancePart(instance)}`);
  };
  const fix = (name: string): void => open(session.steps.find(({ fields }) => fields.includes(name))?.id ?? step.id);

  return (
    <div className="grid wizard">
      <section className="panel" aria-labelledby="step">
        <div className="hd" style={{ paddingTop: 18 }}>
          <StepHeading
            title={step.title}
            at={at + 1}
            of={session.steps.length}
            focus={asked !== undefined}
            key={step.id}
          />
          <div className="end row">
            <ActButton variant="subtle" running={answer.running} onClick={() => void leave()}>
              Save and leave
            </ActButton>
          </div>
        </div>
        <SetupStep
          key={step.id}
          session={session}
          step={step}
          draft={draft}
          problem={answer.problem ?? finish.problem}
          running={answer.running || finish.running}
          onDraft={(next) => setDrafts({ ...drafts, [step.id]: next })}
          onNext={(option) => void goOn(option)}
          onForward={() => open(session.steps[at + 1]?.id ?? step.id)}
          onSave={() => void save()}
          onFix={fix}
          onBack={at === 0 ? undefined : () => open(session.steps[at - 1]?.id ?? step.id)}
        />
      </section>
      <WizardAside session={session} current={current} onOpen={open} />
    </div>
  );
}

/** Takes the focus when the person moved to the step, so that the change is heard. */
function StepHeading({ title, at, of, focus }: { title: string; at: number; of: number; focus: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <div>
      <p className="small dim">
        Step {at} of {of}
      </p>
      <h2 id="step" tabIndex={-1} ref={heading}>
        {title}
      </h2>
    </div>
  );
}

function WizardAside({
  session,
  current,
  onOpen,
}: {
  session: SetupSession;
  current: string;
  onOpen(step: string): void;
}) {
  const have = session.prepare?.have ?? [];
  return (
    <div className="stack lg">
      <Panel title="Steps">
        <StepList
          steps={session.steps.map(({ id, title, state }) => ({
            id,
            title,
            state: id === current ? "current" : state === "current" ? "done" : state,
          }))}
          onOpen={onOpen}
        />
      </Panel>
      {have.length > 0 && (
        <Panel title="Have ready">
          <ul className="stack sm">
            {have.map((thing) => (
              <li key={thing}>{thing}</li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function stepBody(session: SetupSession, step: SetupSession["steps"][number], draft: Draft): Draft {
  const schema = session.schema as ConfigSchema | null;
  const values: Record<string, unknown> = {};
  for (const name of step.fields) {
    if (schema?.properties[name]?.secret === true) continue;
    const value =
      name in draft.values ? draft.values[name] : (session.values[name] ?? schema?.properties[name]?.default);
    if (value !== undefined) values[name] = value;
  }
  const secrets = Object.fromEntries(Object.entries(draft.secrets).filter(([, value]) => value !== ""));
  return { values, secrets };
}
