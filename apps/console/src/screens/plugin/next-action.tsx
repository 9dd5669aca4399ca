import type { Instance, PluginDetail } from "@hilum/contract/api";
import type { ReactNode } from "react";
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
}): ReactNode {
  switch (instance.next) {
    case "code":
      return (
        <Advice
          tone="info"
          title="Next: give it code."
          actions={
            <>
              <GoButton to="/plugins/add?from=folder" variant="filled">
                Link a folder
              </GoButton>
              <GoButton to={`${base}/access${part}`}>Connect it from elsewhere</GoButton>
            </>
          }
        >
          The manifest is registered; what it does is not there yet.
        </Advice>
      );
    case "setup":
      return (
        <Advice
          tone="info"
          title="Next: set it up."
          actions={
            <GoButton to={`${base}/${detail.hasSetup ? "setup" : "settings"}${part}`} variant="filled">
              {detail.hasSetup ? "Start the setup" : "Open Settings"}
            </GoButton>
          }
        >
          Its settings are tested with the provider before they are saved.
        </Advice>
      );
    case "access":
      return (
        <Advice
          tone="info"
          title="Next: decide what it may do."
          actions={
            <GoButton to={`${base}/access${part}`} variant="filled">
              Review access
            </GoButton>
          }
        >
          Nothing is allowed until you say so.
        </Advice>
      );
    case "enable":
      return (
        <Advice tone="info" title="Next: enable it.">
          Everything is decided. Enable runs the checks and the smoke tests below, now.
        </Advice>
      );
    case "revision":
      return (
        <Advice
          tone="info"
          title="A changed manifest waits for you."
          actions={
            <GoButton to="/plugins" variant="filled">
              Review the change
            </GoButton>
          }
        >
          The plugin goes on as it is until you decide.
        </Advice>
      );
    case null:
      return instance.problem === undefined && instance.state === "enabled" && instance.health === "healthy" ? (
        <Advice
          tone="ok"
          title="Nothing to do."
        >{`Enabled${instance.enabledAt === undefined ? "" : ` ${moment(instance.enabledAt)}`}, healthy.`}</Advice>
      ) : null;
  }
}
