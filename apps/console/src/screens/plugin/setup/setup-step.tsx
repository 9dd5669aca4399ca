import { IconChevronLeft, IconExternalLink, IconRefresh } from "@tabler/icons-react";
import type { SetupSession } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { Choice } from "../../../look/choice.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { webAddress } from "../../../text/safe-links.ts";
import { CheckRows, describeCheck } from "./check-rows.tsx";
import { FormStep } from "./form-step.tsx";
import { SignInStep } from "./sign-in-step.tsx";
import type { Step, WizardState } from "./use-wizard.ts";

interface SetupStepProps {
  session: SetupSession;
  step: Step;
  wizard: WizardState;
  heading: ReactNode;
  plugin: string;
  instance: string;
}

/** One step of a setup: a form, a choice, a sign-in, or checks with their evidence. */
export function SetupStep({ session, step, wizard, heading, plugin, instance }: SetupStepProps) {
  const { running, problem } = wizard;
  const [option, setOption] = useState(step.chosen ?? "");
  const [recipient, setRecipient] = useState("");
  const check = session.checks[step.id];
  const isCheck = step.type === "check" || step.type === "test";
  const signIn = session.signIns[step.id];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // What has passed is not made again: Next goes on.
    if (isCheck && check?.ok === true) void wizard.open(session.steps[wizard.at + 1]?.id ?? "summary");
    else void wizard.next({ ...(step.type === "menu" && { option }), recipient });
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="hd">
        {heading}
        {isCheck && check !== undefined && (
          <div className="end row">
            <ActButton
              running={running}
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => void wizard.next({ recipient })}
            >
              Run all again
            </ActButton>
          </div>
        )}
      </div>
      <div className="bd stack md">
        {step.text !== undefined && <p className="dim prose">{step.text}</p>}
        <StepHelp step={step} />
        {problem !== null && <ApiProblemPanel problem={problem} />}
        {step.type === "form" && <FormStep session={session} step={step} wizard={wizard} />}
        {step.type === "menu" && <MenuStep step={step} value={option} onChange={setOption} />}
        {step.type === "oauth2" && signIn !== undefined && (
          <SignInStep
            step={step}
            signIn={signIn}
            plugin={plugin}
            instance={instance}
            onFix={(name) => void wizard.fix(name)}
          />
        )}
        {step.type === "test" && (
          <TextInput
            label="Who may receive the test"
            description="The test really sends. Leave it empty where the provider's own test number is used."
            value={recipient}
            autoComplete="off"
            style={{ maxWidth: 360 }}
            onChange={(event) => setRecipient(event.currentTarget.value)}
          />
        )}
        {isCheck && check === undefined && <p>Nothing is saved yet. The checks use what you entered.</p>}
        {check !== undefined && <p role="status">{describeCheck(check)}</p>}
      </div>
      {check !== undefined && (
        <CheckRows
          session={session}
          step={step}
          check={check}
          running={running}
          onFix={(name) => void wizard.fix(name)}
          onAgain={() => void wizard.next({ recipient })}
        />
      )}
      <StepFoot session={session} step={step} wizard={wizard} blocked={blockedBy(session, step, option)} />
    </form>
  );
}

/** Why the step cannot be answered yet, where that is known here. */
function blockedBy({ signIns }: SetupSession, step: Step, option: string): string | undefined {
  if (step.type === "menu" && option === "") return "Choose one first.";
  if (step.type === "oauth2" && step.state !== "done" && signIns[step.id]?.state !== "granted")
    return "Next opens when you have signed in.";
  return undefined;
}

function StepHelp({ step }: { step: Step }) {
  const link = webAddress(step.link);
  if (step.help === undefined && link === undefined) return null;
  return (
    <div className="row" style={{ alignItems: "flex-start" }}>
      {step.help !== undefined && (
        <details className="help">
          <summary>Help with this step</summary>
          {step.help.split("\n").map((line) => (
            <p key={line} className="prose">
              {line}
            </p>
          ))}
        </details>
      )}
      {link !== undefined && (
        <a href={link} target="_blank" rel="noopener noreferrer">
          Open {new URL(link).hostname}
          <span className="vh"> in a new tab</span> <IconExternalLink size={14} aria-hidden />
        </a>
      )}
    </div>
  );
}

function MenuStep({ step, value, onChange }: { step: Step; value: string; onChange(option: string): void }) {
  return (
    <fieldset className="stack sm fields">
      <legend className="vh">{step.title}</legend>
      {step.options.map(({ id, title, text }) => (
        <Choice
          key={id}
          name={step.id}
          title={title}
          text={text}
          checked={value === id}
          onChoose={() => onChange(id)}
        />
      ))}
    </fieldset>
  );
}

interface StepFootProps {
  session: SetupSession;
  step: Step;
  wizard: WizardState;
  blocked: string | undefined;
}

function StepFoot({ session, step, wizard, blocked }: StepFootProps) {
  const { at, running, keeping } = wizard;
  const check = session.checks[step.id];
  const isCheck = step.type === "check" || step.type === "test";
  const following = session.steps[at + 1];
  const before = session.steps[at - 1];
  const next = `Next: ${following?.title ?? "Summary"}`;
  // Where a failed check leads to its field, that is the next best action.
  const fixable = check?.rows.some(({ status, field }) => status === "failed" && field !== undefined) ?? false;
  const open = isCheck && check !== undefined && !check.ok;
  return (
    <div className="ft actions">
      {before === undefined ? (
        <span />
      ) : (
        <ActButton
          leftSection={<IconChevronLeft size={16} aria-hidden />}
          running={keeping}
          onClick={() => void wizard.open(before.id)}
        >
          Back
        </ActButton>
      )}
      <div className="row end">
        {open ? (
          <ActButton
            blocked={
              check.waiting === undefined
                ? "Next opens when every check has passed."
                : "Next opens when the call has arrived."
            }
          >
            {next}
          </ActButton>
        ) : (
          <ActButton type="submit" variant={fixable ? "default" : "filled"} running={running} blocked={blocked}>
            {isCheck && check === undefined
              ? step.type === "test"
                ? "Run the test"
                : "Run the checks"
              : check?.ok === false
                ? "Check again and go on"
                : next}
          </ActButton>
        )}
      </div>
    </div>
  );
}
