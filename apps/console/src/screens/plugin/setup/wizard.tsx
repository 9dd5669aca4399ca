import type { Instance, PluginDetail, SetupSession } from "@hilum/contract/api";
import { useEffect, useRef } from "react";
import { Panel } from "../../../look/panel.tsx";
import { StepList } from "../../../look/pictures.tsx";
import { actorName } from "../../../text/format.ts";
import type { Outcome } from "./enable-outcome.tsx";
import { SetupStep } from "./setup-step.tsx";
import { SummaryStep } from "./summary-step.tsx";
import type { WizardState } from "./use-wizard.ts";

interface WizardProps {
  session: SetupSession;
  detail: PluginDetail;
  instance: Instance;
  wizard: WizardState;
  onEnabled(outcome: Outcome): void;
}

/** The step in hand, and the rail of all steps beside it. */
export function Wizard({ session, detail, instance, wizard, onEnabled }: WizardProps) {
  const { step, at } = wizard;
  if (step === undefined) return null;
  const heading = (
    <StepHeading
      title={step.type === "summary" ? "Summary" : step.title}
      at={at + 1}
      of={session.steps.length}
      focus={wizard.moved && wizard.field === undefined}
      key={step.id}
    />
  );
  const shared = { session, step, wizard, heading };
  return (
    <div className="grid wizard">
      <section className="panel" aria-labelledby="step">
        {step.type === "summary" ? (
          <SummaryStep {...shared} detail={detail} instance={instance} onEnabled={onEnabled} />
        ) : (
          <SetupStep {...shared} plugin={detail.id} instance={instance.instance} key={step.id} />
        )}
      </section>
      <Aside session={session} current={step.id} onOpen={(id) => void wizard.open(id)} />
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

function Aside({ session, current, onOpen }: { session: SetupSession; current: string; onOpen(step: string): void }) {
  const have = session.prepare?.have ?? [];
  const people = new Set(session.steps.map(({ answeredBy }) => answeredBy).filter((by) => by !== undefined));
  return (
    <div className="stack lg">
      <Panel title="Steps">
        <StepList
          steps={session.steps.map((step) => ({
            id: step.id,
            title: step.title,
            state: step.id === current ? "current" : step.state === "current" && step.reachable ? "open" : step.state,
            reachable: step.reachable,
            // Who answered is of interest where more than one did.
            ...(people.size > 1 && step.answeredBy !== undefined && { note: `by ${actorName(step.answeredBy)}` }),
          }))}
          onOpen={onOpen}
        />
      </Panel>
      {have.length > 0 && session.mode === "setup" && (
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
