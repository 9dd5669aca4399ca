import type { Route } from "@hilum/contract/api";
import { useState, type FormEvent } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { actorName, moment } from "../../text/format.ts";
import { channelWords } from "../../text/words.ts";
import { MessageTabs } from "./message-tabs.tsx";

export function RoutingScreen() {
  const routes = useRead("listRoutes", {});
  return (
    <Page
      title="Routing"
      lead="Which plugin the messages of each channel go through. Messages without a provider wait; none is lost."
      crumbs={[{ text: "Messages", to: "/messages" }]}
      tabs={<MessageTabs at="Routing" />}
      reads={[routes]}
      calls={[["listRoutes"], ["setRoute", { params: { channel: "email" }, body: { to: { plugin: "org.hilum.smtp", instance: "default" } } }]]}
      offers={["setRoute"]}
    >
      <Loaded query={routes} what="the routes">
        {({ items }) => (
          <div className="stack lg">
            {items.map((route) => (
              <ChannelRoute key={`${route.channel} ${route.plugin} ${route.instance}`} route={route} />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const none = "none";
const keyOf = ({ plugin, instance }: { plugin?: string; instance?: string }): string => (plugin === undefined ? none : `${plugin} ${instance}`);

function ChannelRoute({ route }: { route: Route }) {
  const set = useAct("setRoute", (answer) => answer.sentence);
  const current = keyOf(route);
  const [choice, setChoice] = useState(current);
  const name = channelWords[route.channel];
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [plugin, instance] = choice.split(" ");
    void set.run({ params: { channel: route.channel }, body: { to: choice === none || plugin === undefined || instance === undefined ? null : { plugin, instance } } });
  };
  return (
    <Panel title={title} end={route.plugin === undefined ? <Status word="Missing" quiet>No provider</Status> : <Status word="Active" quiet>Routed</Status>}>
      <form className="stack md" onSubmit={submit}>
        {set.problem !== null && <ApiProblemPanel problem={set.problem} />}
        <p>
          {route.sentence}
          {route.setAt !== undefined && <span className="small dim">{` Chosen ${moment(route.setAt)}${route.setBy === undefined ? "" : ` by ${actorName(route.setBy)}`}.`}</span>}
        </p>
        {route.candidates.length === 0 ? (
          <div className="row">
            <GoButton to="/plugins/add">Add plugin</GoButton>
            <span className="small dim">Set it up and enable it; then it can be chosen here.</span>
          </div>
        ) : (
          <>
            <fieldset className="stack sm fields" disabled={!set.may.allowed}>
              <legend className="vh">Provider for {name}</legend>
              {route.candidates.map((candidate) => (
                <label key={keyOf(candidate)} className="choice">
                  <input type="radio" name={`route-${route.channel}`} checked={choice === keyOf(candidate)} onChange={() => setChoice(keyOf(candidate))} />
                  <span>
                    <b className="strong">{candidate.title}</b>
                    <span className="small" style={{ display: "block" }}>
                      {candidate.usable ? "Ready to send" : "Not ready"}
                      {candidate.why !== undefined && `: ${candidate.why}`}
                    </span>
                  </span>
                </label>
              ))}
              <label className="choice">
                <input type="radio" name={`route-${route.channel}`} checked={choice === none} onChange={() => setChoice(none)} />
                <span>
                  <b className="strong">No provider</b>
                  <span className="small" style={{ display: "block" }}>
                    New messages of this channel wait.
                  </span>
                </span>
              </label>
            </fieldset>
            <div className="row">
              <ActButton type="submit" may={set.may} running={set.running} blocked={choice === current ? "Nothing changed." : undefined} label={`Save the route for ${name}`}>
                Save
              </ActButton>
            </div>
          </>
        )}
      </form>
    </Panel>
  );
}
