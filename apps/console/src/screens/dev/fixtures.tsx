import type { Fixture, FixtureOutcome, Instance, Plugin } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconSend } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { clock, duration } from "../../text/format.ts";
import { channelTitle, channelWords } from "../../text/words.ts";
import { instancePart, instanceQuery } from "../plugin/plugin-page.tsx";
import { devAddress, DevPage } from "./dev-page.tsx";
import { ForSubject, useSubject } from "./subject.tsx";

const route = getRouteApi("/app/dev/fixtures");

/** Made-up messages and events, each to be handed to an instance in test mode. */
export function FixturesScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const subject = useSubject(search);
  const fixtures = useRead("listFixtures", {});
  const items = fixtures.data?.items ?? [];
  const chosen = items.find(({ id }) => id === search.fixture) ?? items[0];
  const params = { plugin: subject.plugin?.id ?? "com.example.plugin", fixture: chosen?.id ?? "message" };
  return (
    <DevPage
      tab="Fixtures"
      title="Fixtures"
      lead="Made-up messages and events. Hand one to a plugin in test mode, outside of the outbox, and see what it makes of it."
      search={subject.search}
      reads={[fixtures, subject.query]}
      calls={[
        ["listFixtures"],
        ["sendFixture", { params, query: instanceQuery(search.instance ?? "default"), body: {} }],
      ]}
      offers={["sendFixture"]}
    >
      <ForSubject
        subject={subject}
        perInstance
        onChoose={(next) =>
          void navigate({ search: { ...next, ...(search.fixture && { fixture: search.fixture }) }, replace: true })
        }
      >
        {(plugin, instance) => (
          <Loaded query={fixtures} what="the fixtures">
            {() => (
              <div className="grid picker">
                <FixtureList
                  items={items}
                  chosen={chosen?.id}
                  addressOf={(fixture) =>
                    `${devAddress("/dev/fixtures", { ...subject.search, plugin: plugin.id })}&fixture=${fixture}`
                  }
                />
                {chosen !== undefined && (
                  <FixturePanel
                    key={`${plugin.id}/${instance.instance}/${chosen.id}`}
                    fixture={chosen}
                    plugin={plugin}
                    instance={instance}
                  />
                )}
              </div>
            )}
          </Loaded>
        )}
      </ForSubject>
    </DevPage>
  );
}

interface FixtureListProps {
  items: readonly Fixture[];
  chosen: string | undefined;
  addressOf(fixture: string): string;
}

function FixtureList({ items, chosen, addressOf }: FixtureListProps) {
  return (
    <Panel label="Fixtures" flush>
      <ul className="recs">
        {items.map(({ id, title, kind, channel }) => (
          <li key={id}>
            <Go to={addressOf(id)} aria-current={id === chosen || undefined}>
              <span className="strong">{title}</span>
              <span className="small dim">
                {kind === "event" ? "Event" : isChannel(channel) ? channelTitle(channel) : "Message"}
              </span>
            </Go>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const isChannel = (channel: string | undefined): channel is keyof typeof channelWords =>
  channel !== undefined && channel in channelWords;

interface FixturePanelProps {
  fixture: Fixture;
  plugin: Plugin;
  instance: Instance;
}

function FixturePanel({ fixture, plugin, instance }: FixturePanelProps) {
  const send = useAct("sendFixture", ({ outcome }) => `${fixture.title}: ${outcome}`);
  const [to, setTo] = useState("");
  const [outcome, setOutcome] = useState<FixtureOutcome>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await send.run({
      params: { plugin: plugin.id, fixture: fixture.id },
      query: instanceQuery(instance.instance),
      body: to.trim() === "" ? {} : { to: to.trim() },
    });
    setOutcome(answer);
  };
  return (
    <div className="stack md">
      <Panel title={fixture.title}>
        <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
          <KeyValue
            inline
            rows={{
              "Taken by": <code>{fixture.capability}</code>,
              Fixture: <code>{fixture.id}</code>,
            }}
          />
          {fixture.kind === "message" && (
            <TextInput
              className="fields"
              label="To"
              description="An address of your own at the provider’s test account. Empty: a made-up one."
              maxLength={254}
              value={to}
              error={problemAt(send.problem, "/to")}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          )}
          <div className="row">
            <ActButton
              type="submit"
              variant="filled"
              may={send.may}
              running={send.running}
              blocked={whyNot(fixture, plugin, instance)}
              leftSection={<IconSend size={16} aria-hidden />}
            >
              Send to {plugin.name}
            </ActButton>
            <WayOut plugin={plugin} instance={instance} />
          </div>
          {send.problem !== null && <ApiProblemPanel problem={send.problem} />}
        </form>
      </Panel>
      <div aria-live="polite">{outcome !== undefined && <Outcome outcome={outcome} plugin={plugin} />}</div>
      <Panel title="What is handed over" flush>
        <pre className="code tall" tabIndex={0} role="region" aria-label={`Content of ${fixture.title}`}>
          {JSON.stringify(fixture.content, undefined, 2)}
        </pre>
      </Panel>
    </div>
  );
}

/** Why it cannot be sent now, the nearest reason first. */
function whyNot(fixture: Fixture, plugin: Plugin, instance: Instance): string | undefined {
  if (!fixture.served) return "This version hands no events to plugins yet.";
  if (!plugin.capabilities.some(({ name }) => name === fixture.capability))
    return `${plugin.name} takes nothing of this kind: it does not provide ${fixture.capability}.`;
  if (!instance.running) return `${plugin.name} does not run.`;
  if (!instance.testMode) return "Made-up messages go to instances in test mode alone.";
  return undefined;
}

function WayOut({ plugin, instance }: { plugin: Plugin; instance: Instance }) {
  const part = instancePart(instance.instance);
  if (!instance.running)
    return (
      <GoButton size="compact-sm" to={`/plugins/${plugin.id}${part}`}>
        Open {plugin.name}
      </GoButton>
    );
  if (!instance.testMode)
    return (
      <GoButton size="compact-sm" to={`/plugins/${plugin.id}/settings${part}`}>
        Turn on test mode
      </GoButton>
    );
  return null;
}

function Outcome({ outcome, plugin }: { outcome: FixtureOutcome; plugin: Plugin }) {
  const call = <Go to={`/audit?request=${encodeURIComponent(outcome.call)}`}>Its audit entries</Go>;
  if (outcome.outcome === "failed")
    return (
      <Problem
        title={`${plugin.name} did not take it`}
        end={duration(outcome.durationMs)}
        why={outcome.detail}
        todo={outcome.fix}
        reply={outcome.reply}
        code={outcome.code}
        actions={call}
      />
    );
  return (
    <Panel title="What came of it" end={<span className="small dim">{clock(outcome.at)}</span>}>
      <div className="stack sm">
        <p>
          <Status word="Passed">Accepted</Status> in {duration(outcome.durationMs)}
        </p>
        <KeyValue
          rows={{
            "Called there": outcome.providerReference && <code>{outcome.providerReference}</code>,
            "Its words": outcome.reply,
          }}
        />
        <p>{call}</p>
      </div>
    </Panel>
  );
}
