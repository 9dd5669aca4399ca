import type { Route } from "@hilum/contract/api";
import { useState, type FormEvent } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Choice } from "../../look/choice.tsx";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { actorName, moment } from "../../text/format.ts";
import { channelTitle, channelWords } from "../../text/words.ts";
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
      calls={[
        ["listRoutes"],
        ["setRoute", { params: { channel: "email" }, body: { to: { plugin: "org.hilum.smtp", instance: "default" } } }],
      ]}
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
const keyOf = ({ plugin, instance }: { plugin?: string; instance?: string }): string =>
  plugin === undefined ? none : `${plugin} ${instance}`;

function ChannelRoute({ route }: { route: Route }) {
  const set = useAct("setRoute", (answer) => answer.sentence);
  const current = keyOf(route);
  const [choice, setChoice] = useState(current);
  const name = channelWords[route.channel];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [plugin, instance] = choice.split(" ");
    void set.run({
      params: { channel: route.channel },
      body: { to: choice === none || plugin === undefined || instance === undefined ? null : { plugin, instance } },
    });
  };
  return (
    <Panel
      title={channelTitle(route.channel)}
      end={
        route.plugin === undefined ? (
          <Status word="Missing" quiet>
            No provider
          </Status>
        ) : (
          <Status word="Active" quiet>
            Routed
          </Status>
        )
      }
    >
      <form className="stack md" onSubmit={submit}>
        {set.problem !== null && <ApiProblemPanel problem={set.problem} />}
        <p>
          {route.sentence}
          {route.setAt !== undefined && (
            <span className="small dim">{` Chosen ${moment(route.setAt)}${route.setBy === undefined ? "" : ` by ${actorName(route.setBy)}`}.`}</span>
          )}
        </p>
        {route.candidates.length === 0 ? (
          <div className="row">
            <GoButton to="/plugins/add">Add plugin</GoButton>
            <span className="small dim">Set it up and enable it; then it can be chosen here.</span>
          </div>
        ) : (
          <>
            <ProviderChoices route={route} choice={choice} disabled={!set.may.allowed} onChoose={setChoice} />
            <div className="row">
              <ActButton
                type="submit"
                may={set.may}
                running={set.running}
                blocked={choice === current ? "Nothing changed." : undefined}
                label={`Save the route for ${name}`}
              >
                Save
              </ActButton>
            </div>
          </>
        )}
      </form>
    </Panel>
  );
}

interface ProviderChoicesProps {
  route: Route;
  choice: string;
  disabled: boolean;
  onChoose(choice: string): void;
}

function ProviderChoices({ route, choice, disabled, onChoose }: ProviderChoicesProps) {
  return (
    <fieldset className="stack sm fields" disabled={disabled}>
      <legend className="vh">Provider for {channelWords[route.channel]}</legend>
      {route.candidates.map((candidate) => (
        <Choice
          key={keyOf(candidate)}
          name={`route-${route.channel}`}
          title={candidate.title}
          text={[candidate.usable ? "Ready to send" : "Not ready", candidate.why]
            .filter((part) => part !== undefined)
            .join(": ")}
          checked={choice === keyOf(candidate)}
          onChoose={() => onChoose(keyOf(candidate))}
        />
      ))}
      <Choice
        name={`route-${route.channel}`}
        title="No provider"
        text="New messages of this channel wait."
        checked={choice === none}
        onChoose={() => onChoose(none)}
      />
    </fieldset>
  );
}
