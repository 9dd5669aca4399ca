import type { Instance, PluginDetail } from "@hilum/contract/api";
import { Advice, Problem } from "../../look/problem.tsx";
import { GoButton } from "../../shell/go.tsx";
import { moment } from "../../text/format.ts";
import { instancePart } from "./plugin-page.tsx";

/** What stands in the way, or the next best action, as one sentence and one button. */
export function NextAction({ detail, instance }: { detail: PluginDetail; instance: Instance }) {
  const base = `/plugins/${detail.id}`;
  const part = instancePart(instance.instance);
  const problem = instance.problem;
  return (
    <>
      {problem !== undefined && (
        <Problem
          tone={instance.state === "quarantined" ? "hold" : "bad"}
          title={problem.title}
          end={`since ${moment(problem.since)}`}
          why={problem.why}
          todo={problem.fix}
          code={problem.code}
          actions={
            <>
              {problem.code.startsWith("provider.") && (
                <GoButton to={`${base}/settings${part}`} variant="filled">
                  Open Settings
                </GoButton>
              )}
              <GoButton
                to={`${base}/health${part}`}
                variant={problem.code.startsWith("provider.") ? "default" : "filled"}
              >
                Open Health
              </GoButton>
              <GoButton to={`${base}/logs${part}`}>Open Logs</GoButton>
            </>
          }
        />
      )}
      <Next detail={detail} instance={instance} base={base} part={part} />
    </>
  );
}

interface Step {
  title: string;
  text: string;
  /** The first is the next best action. */
  links: readonly { label: string; to: string }[];
}

const waiting: Step = {
  title: "A changed manifest waits for you.",
  text: "The plugin goes on as it is until you decide.",
  links: [{ label: "Review the change", to: "/plugins" }],
};

function nextStep(detail: PluginDetail, { next }: Instance, base: string, part: string): Step | undefined {
  if (next === "revision") return waiting;
  if (next === "code") {
    const elsewhere = { label: "Connect it from elsewhere", to: `${base}/access${part}` };
    const links = [{ label: "Link a folder", to: "/plugins/add?from=folder" }, elsewhere];
    return { title: "Next: give it code.", text: "The manifest is registered; what it does is not there yet.", links };
  }
  if (next === "setup") {
    const link = detail.hasSetup
      ? { label: "Start the setup", to: `${base}/setup${part}` }
      : { label: "Open Settings", to: `${base}/settings${part}` };
    const text = "Its settings are tested with the provider before they are saved.";
    return { title: "Next: set it up.", text, links: [link] };
  }
  if (next === "access") {
    const links = [{ label: "Review access", to: `${base}/access${part}` }];
    return { title: "Next: decide what it may do.", text: "Nothing is allowed until you say so.", links };
  }
  if (next === null) return undefined;
  const text = "Everything is decided. Enable runs the checks and the smoke tests below, now.";
  return { title: "Next: enable it.", text, links: [] };
}

function Next({
  detail,
  instance,
  base,
  part,
}: {
  detail: PluginDetail;
  instance: Instance;
  base: string;
  part: string;
}) {
  const step = nextStep(detail, instance, base, part);
  if (step === undefined) {
    const calm = instance.problem === undefined && instance.state === "enabled" && instance.health === "healthy";
    const since = instance.enabledAt === undefined ? "" : ` ${moment(instance.enabledAt)}`;
    return calm ? <Advice tone="ok" title="Nothing to do.">{`Enabled${since}, healthy.`}</Advice> : null;
  }
  const buttons = step.links.map(({ label, to }, at) => (
    <GoButton key={label} to={to} variant={at === 0 ? "filled" : "default"}>
      {label}
    </GoButton>
  ));
  return (
    <Advice tone="info" title={step.title} {...(buttons.length > 0 && { actions: buttons })}>
      {step.text}
    </Advice>
  );
}
