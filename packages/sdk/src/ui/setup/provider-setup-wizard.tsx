import type { ConfigSchema } from "@hilum/contract";
import type { PageSetup, PageSetupStep } from "@hilum/contract/bridge";
import { useEffect, useRef, useState } from "react";
import { usePage } from "../bridge/page-context.ts";
import { Button } from "../parts/button.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { focusSetting } from "../settings/config-fields.tsx";
import { emptyDraft, type Draft } from "../settings/draft.ts";
import { isCheck, StepForm } from "./step-form.tsx";
import { useSetup, type Setup } from "./use-setup.ts";

/**
 * The guided setup in a page of the plugin's own: the same session on the server as the console's wizard, so that a person
 * may go on in either. Back keeps what was entered; secrets are typed outside the frame.
 */
export function ProviderSetupWizard() {
  const setup = useSetup();
  const { data, error, reload } = setup;
  if (data === undefined)
    return error === undefined ? (
      <p role="status" className="dim">
        Reading the setup…
      </p>
    ) : (
      <ErrorNotice error={error} actions={<Button onClick={reload}>Try again</Button>} />
    );
  return <Wizard setup={setup} session={data} />;
}

function Wizard({ setup, session }: { setup: Setup; session: PageSetup }) {
  const { call, resumed } = usePage();
  const failed = resumed("setup.answer")?.error === undefined ? undefined : resumed("setup.answer")?.params;
  const [chosen, setChosen] = useState(failed?.step);
  const [drafts, setDrafts] = useState<Record<string, Draft>>(() =>
    failed === undefined ? {} : { [failed.step]: { ...emptyDraft, values: failed.values } },
  );
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const openable = session.steps.filter(({ state }) => state !== "open").map(({ id }) => id);
  const current = chosen !== undefined && openable.includes(chosen) ? chosen : session.current;
  const at = session.steps.findIndex(({ id }) => id === current);
  const step = session.steps[at];
  if (step === undefined) return null;
  const draft = drafts[step.id] ?? emptyDraft;

  const send = async (option?: string): Promise<PageSetup | undefined> => {
    const { values, secrets } = answerOf(session, step, draft, asked);
    const next = await setup.answer.run({ step: step.id, values, secrets, ...(option !== undefined && { option }) });
    if (next === undefined) return undefined;
    setAsked(new Set());
    if (next.checks[step.id]?.ok !== false) setDrafts({ ...drafts, [step.id]: emptyDraft });
    return next;
  };
  const goOn = async (option?: string): Promise<void> => {
    const next = await send(option);
    const following = next?.steps[at + 1];
    // What a check found is read before going on.
    if (isCheck(step)) setChosen(step.id);
    else if (next?.checks[step.id]?.ok !== false && following !== undefined && following.state !== "open")
      setChosen(following.id);
  };
  const leave = async (): Promise<void> => {
    if (Object.keys(draft.values).length > 0 && (await send()) === undefined) return;
    await call("ui.navigate", { to: "overview" });
  };
  const finish = async (): Promise<void> => {
    if ((await setup.finish.run()) !== undefined) await call("ui.navigate", { to: "access" });
  };
  const restart = async (): Promise<void> => {
    if ((await setup.restart.run()) === undefined) return;
    setDrafts({});
    setChosen(undefined);
  };
  const fix = (name: string): void => {
    setChosen(session.steps.find(({ fields }) => fields.includes(name))?.id ?? step.id);
    setTimeout(() => focusSetting(name), 0);
  };

  return (
    <div className="stack lg">
      {[setup.answer.error, setup.finish.error, setup.restart.error].map(
        (error, place) => error !== undefined && <ErrorNotice key={place} error={error} />,
      )}
      <Steps session={session} current={current} onOpen={setChosen} />
      <section className="panel" aria-labelledby="step">
        <div className="hd">
          <StepHeading
            key={step.id}
            title={step.title}
            at={at + 1}
            of={session.steps.length}
            focus={chosen !== undefined}
          />
          <div className="end row">
            <Button look="quiet" running={setup.restart.running} onClick={() => void restart()}>
              Start over
            </Button>
            <Button look="quiet" running={setup.answer.running} onClick={() => void leave()}>
              Save and leave
            </Button>
          </div>
        </div>
        <StepForm
          key={step.id}
          session={session}
          step={step}
          draft={draft}
          asked={asked}
          running={setup.answer.running || setup.finish.running}
          onDraft={(next) => setDrafts({ ...drafts, [step.id]: next })}
          onAsk={(name, ask) =>
            setAsked(new Set([...asked].filter((other) => other !== name).concat(ask ? [name] : [])))
          }
          onNext={(option) => void goOn(option)}
          onForward={() => setChosen(session.steps[at + 1]?.id)}
          onFinish={() => void finish()}
          onFix={fix}
          onBack={at === 0 ? undefined : () => setChosen(session.steps[at - 1]?.id)}
        />
      </section>
    </div>
  );
}

function answerOf(session: PageSetup, step: PageSetupStep, draft: Draft, asked: ReadonlySet<string>) {
  const schema = session.schema as ConfigSchema | null;
  const values: Record<string, unknown> = {};
  for (const name of step.fields) {
    if (schema?.properties[name]?.secret === true) continue;
    const value =
      name in draft.values ? draft.values[name] : (session.values[name] ?? schema?.properties[name]?.default);
    if (value !== undefined) values[name] = value;
  }
  return { values, secrets: step.fields.filter((name) => asked.has(name)) };
}

/** Takes the focus when the person moved to the step, so that the change is heard. */
function StepHeading({ title, at, of, focus }: { title: string; at: number; of: number; focus: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus && document.hasFocus()) heading.current?.focus();
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

function Steps({ session, current, onOpen }: { session: PageSetup; current: string; onOpen(id: string): void }) {
  const words = { done: "done", current: "open", open: "not open yet" } as const;
  return (
    <ol className="steps" aria-label="Steps of the setup">
      {session.steps.map(({ id, title, state }, at) => (
        <li key={id} data-done={state === "done" || undefined} aria-current={id === current ? "step" : undefined}>
          <span className="dot" aria-hidden>
            {at + 1}
          </span>
          {state === "open" || id === current ? (
            <span className="s1">
              {title} <span className="vh">({words[state]})</span>
            </span>
          ) : (
            <button type="button" className="again" onClick={() => onOpen(id)}>
              {title} <span className="vh">({words[state]})</span>
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
