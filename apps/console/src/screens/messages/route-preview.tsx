import type { Route } from "@hilum/contract/api";
import { Panel } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { channelWords } from "../../text/words.ts";

/** Which provider a message would go to now, and why. */
export function RoutePreview({ route }: { route: Route }) {
  const [first] = route.targets;
  const ready = route.targets.some(({ usable, circuit }) => usable && circuit.state !== "open");
  const word = first === undefined ? "Missing" : ready ? "Active" : "Warning";
  return (
    <Panel
      title="Which way it goes"
      end={
        <Status word={word} quiet={word === "Active"}>
          {word === "Active" ? "Ready" : word === "Warning" ? "Would wait" : "No provider"}
        </Status>
      }
      foot={<Go to="/messages/routing">Change the routing</Go>}
    >
      <div className="stack sm">
        <p>{route.sentence}</p>
        {first === undefined && (
          <div className="row">
            <GoButton to={route.candidates.length > 0 ? "/messages/routing" : "/plugins/add"}>
              {route.candidates.length > 0 ? `Choose a provider for ${channelWords[route.channel]}` : "Add a provider"}
            </GoButton>
          </div>
        )}
      </div>
    </Panel>
  );
}
