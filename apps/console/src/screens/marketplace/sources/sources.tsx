import "../marketplace.css";
import type { MarketplaceSource, SourceRefresh } from "@hilum/contract/api";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Advice, Problem } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { actorName, day, many, moment } from "../../../text/format.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { sourceKindTitles, sourceWord } from "../market-words.ts";
import { AddSourceDialog } from "./add-source-dialog.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { policySaid } from "./policy-fields.tsx";
import { SourceActs } from "./source-acts.tsx";
import { SourceTree } from "./source-tree.tsx";

const exampleRoot = "0000 1111";

/** Marketplaces that are trusted, in the order in which they are asked. */
export function SourcesScreen() {
  const sources = useRead("listSources", {}, { everyMs: 30_000 });
  const may = useMay("addSource");
  const [adding, setAdding] = useState(false);
  const some = (sources.data?.items.length ?? 0) > 0;
  return (
    <Page
      title="Sources"
      lead="Where plugins come from, and how far each is trusted. Where two offer a plugin, the first one’s is taken."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Sources" />}
      reads={[sources]}
      calls={[
        ["listSources"],
        ["inspectSource", { body: { place: { kind: "address", address: "https://plugins.example/" } } }],
        [
          "addSource",
          {
            body: {
              ...{ id: "regional", title: "Regional", kind: "organisation", fingerprint: exampleRoot },
              place: { kind: "address", address: "https://plugins.example/" },
              policy: { coolingOffDays: 7, whenRevoked: "stop", publishers: [] },
            },
          },
        ],
      ]}
      offers={["addSource", "refreshSource"]}
      commands={[{ id: "add", label: "Add a source", words: "trust marketplace", run: () => setAdding(true) }]}
      actions={
        some ? (
          <ActButton
            variant="filled"
            compact
            may={may}
            leftSection={<IconPlus size={17} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add a source
          </ActButton>
        ) : undefined
      }
    >
      <Loaded query={sources} what="the sources">
        {({ items }) =>
          items.length === 0 ? (
            <Panel flush label="Sources">
              <Empty
                title="No source yet"
                action={
                  <ActButton variant="filled" may={may} onClick={() => setAdding(true)}>
                    Add a source
                  </ActButton>
                }
                more={<Go to="/marketplace/publish">Make a marketplace of your own</Go>}
              >
                A source is a marketplace that somebody signs. You add it by comparing the fingerprint of its keys once.
              </Empty>
            </Panel>
          ) : (
            <div className="stack lg">
              {items.map((source, at) => (
                <SourcePanel
                  key={source.id}
                  source={source}
                  above={items[at - 1]}
                  below={items[at + 1]}
                  place={at + 1}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      {adding && <AddSourceDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

interface SourcePanelProps {
  source: MarketplaceSource;
  above: MarketplaceSource | undefined;
  below: MarketplaceSource | undefined;
  place: number;
}

const stateTitles: Readonly<Record<MarketplaceSource["state"], string>> = {
  fresh: "Up to date",
  stale: "Not read for a day",
  failing: "Refused",
  not_read: "Not read yet",
};

function SourcePanel({ source, above, below, place }: SourcePanelProps) {
  const [outcome, setOutcome] = useState<SourceRefresh>();
  const { problem, root, state } = source;
  return (
    <Panel
      title={`${place}. ${source.title}`}
      end={
        <>
          {root.test && <Status word="Test keys" />}
          <Status word={sourceWord[state]} quiet={state === "fresh"}>
            {stateTitles[state]}
          </Status>
        </>
      }
      foot={<SourceActs source={source} above={above} below={below} onRefreshed={setOutcome} />}
    >
      <div className="stack md">
        {problem !== undefined && (
          <Problem
            level={3}
            title={problem.title}
            end={`since ${moment(problem.since)}`}
            why={problem.why}
            todo={problem.fix}
            code={problem.code}
          />
        )}
        {source.faults.map(({ publisher, title, fix }) => (
          <Advice key={publisher} title={`${publisher} was left out: ${title.toLowerCase()}.`}>
            {fix}
          </Advice>
        ))}
        {outcome !== undefined && <Outcome outcome={outcome} />}
        <div className="grid even">
          <KeyValue
            rows={{
              Kind: sourceKindTitles[source.kind],
              Where: <Where source={source} />,
              Offers: (
                <Go to={`/marketplace?source=${encodeURIComponent(source.id)}`}>
                  {many(source.plugins, "plugin")}, {many(source.versions, "version")}
                </Go>
              ),
              Publishers: source.publishers.length === 0 ? "none yet" : source.publishers.join(", "),
              Read: source.refreshedAt === undefined ? "never" : moment(source.refreshedAt),
              Policy: policySaid(source.policy),
              Added: `${day(source.addedAt)} by ${actorName(source.addedBy)}`,
            }}
          />
          <div className="stack sm">
            <span className="small dim">Fingerprint of its root keys</span>
            <Fingerprint value={root.fingerprint} label={`Fingerprint of ${source.title}`} />
            <span className="small dim">
              {many(root.keys.length, "key")}, {root.threshold} must sign; version {root.version}, holds until{" "}
              {day(root.expiresAt)}
            </span>
          </div>
        </div>
        <SourceTree source={source} />
      </div>
    </Panel>
  );
}

function Where({ source: { place, id } }: { source: MarketplaceSource }) {
  if (place.kind === "address") return <code>{place.address}</code>;
  if (place.kind === "folder") return <code>{place.path}</code>;
  return <span>a mirror that was uploaded ({id})</span>;
}

/** What reading brought, where a person must know more than numbers. */
function Outcome({ outcome: { skipped, revoked } }: { outcome: SourceRefresh }) {
  return (
    <>
      {revoked.map(({ plugin, version, reason, done }) => (
        <Advice
          key={`${plugin} ${version}`}
          tone="bad"
          title={`${plugin} ${version} was taken back${done === "stopped" ? " and is stopped" : ""}.`}
          actions={<Go to={`/plugins/${plugin}/versions`}>Open its versions</Go>}
        >
          {reason}
        </Advice>
      ))}
      {skipped.length > 0 && (
        <details className="help">
          <summary>{many(skipped.length, "listing")} passed over</summary>
          <ul className="stack sm">
            {skipped.map(({ path, why }) => (
              <li key={path}>
                <code>{path}</code> <span className="small dim">{why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
