import "../marketplace.css";
import type { UpdateRun } from "@hilum/contract/api";
import { Checkbox } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { AnswerById } from "../../../api/call.ts";
import { useAct, useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { jobWord } from "../market-words.ts";

type PossibleUpdate = AnswerById<"listUpdates">["items"][number];

const route = getRouteApi("/app/marketplace/updates");

/** What could be updated now, in the order in which it is, and how far that has come. */
export function UpdatesScreen() {
  const { run: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const updates = useRead("listUpdates", {}, { everyMs: 5_000 });
  const id = asked ?? updates.data?.run?.id;
  const run = useRead(
    "getUpdateRun",
    { params: { run: id ?? "" } },
    { enabled: id !== undefined, everyMs: updates.data?.run?.state === "running" ? 2_000 : 15_000 },
  );
  return (
    <Page
      title="Updates"
      lead="One after the other, dependencies first. The first that fails ends it; those behind it are not begun."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Updates" />}
      reads={[updates]}
      calls={[
        ["listUpdates"],
        ["startUpdates", { body: { plugins: ["com.example.plugin"] } }],
        ["getUpdateRun", { params: { run: id ?? "{run}" } }],
      ]}
      offers={["startUpdates"]}
    >
      <div className="stack lg">
        {run.data !== undefined && <Run run={run.data} />}
        <Loaded query={updates} what="the updates">
          {({ items, run: last }) => (
            <Possible
              items={items}
              running={last?.state === "running"}
              onStarted={(next) => void navigate({ search: { run: next }, replace: true })}
            />
          )}
        </Loaded>
      </div>
    </Page>
  );
}

interface PossibleProps {
  items: readonly PossibleUpdate[];
  running: boolean;
  onStarted(run: string): void;
}

function Possible({ items, running, onStarted }: PossibleProps) {
  const start = useAct("startUpdates", "The updates have begun");
  const free = items.filter(({ held }) => held === undefined);
  const [left, setLeft] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const chosen = free.filter(({ plugin }) => !left.includes(plugin));
  if (items.length === 0)
    return (
      <Panel flush label="Updates">
        <Empty title="Everything is up to date" action={<GoButton to="/marketplace">Browse the marketplace</GoButton>}>
          What was installed from a source is the newest that the source offers, and that its policy takes.
        </Empty>
      </Panel>
    );
  return (
    <Panel
      title="What could be updated"
      flush
      end={
        <ActButton
          variant="filled"
          compact={free.length > 0}
          may={start.may}
          blocked={
            running
              ? "A run is under way."
              : chosen.length === 0
                ? "Nothing is chosen that could be updated."
                : undefined
          }
          onClick={() => setAsking(true)}
        >
          {chosen.length === free.length ? `Update all ${chosen.length}` : `Update ${chosen.length} of ${free.length}`}
        </ActButton>
      }
    >
      <TableRegion label="Updates, in the order in which they are taken" minWidth={680}>
        <thead>
          <tr>
            <th scope="col">Plugin</th>
            <th scope="col">Version</th>
            <th scope="col">To know</th>
            <th scope="col">Take it</th>
          </tr>
        </thead>
        <tbody>
          {items.map((row) => (
            <UpdateRow
              key={row.plugin}
              row={row}
              chosen={!left.includes(row.plugin)}
              onChoose={(on) => setLeft(on ? left.filter((plugin) => plugin !== row.plugin) : [...left, row.plugin])}
            />
          ))}
        </tbody>
      </TableRegion>
      {asking && (
        <ConfirmDialog
          title={`Update ${many(chosen.length, "plugin")}?`}
          confirm={`Update ${chosen.length}`}
          running={start.running}
          problem={start.problem}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            void start.run({ body: { plugins: chosen.map(({ plugin }) => plugin) } }).then((run) => {
              if (run === undefined) return;
              setAsking(false);
              onStarted(run.id);
            })
          }
        >
          {chosen.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(", ")}. Each starts beside the old version
          and is switched to only when its smoke tests pass. The first that fails ends the run and leaves the old
          version.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function UpdateRow({ row, chosen, onChoose }: { row: PossibleUpdate; chosen: boolean; onChoose(on: boolean): void }) {
  const { plugin, name, from, to, source, security, moreRights, held } = row;
  return (
    <tr>
      <th scope="row">
        <Go className="name" to={`/plugins/${plugin}/versions`}>
          {name}
        </Go>
        <span className="sub">{plugin}</span>
      </th>
      <td>
        <Go to={`/marketplace/${plugin}?version=${encodeURIComponent(to)}`}>
          {from} → {to}
        </Go>
        <span className="sub">{source}</span>
      </td>
      <td>
        {security && <Status word="Security update">Mends a weakness</Status>}
        {moreRights && <Status word="Note">Asks for more</Status>}
        {held !== undefined && (
          <span className="sub">
            {held.why}
            {held.until !== undefined && ` Until ${moment(held.until)}.`}
          </span>
        )}
      </td>
      <td>
        {held === undefined ? (
          <Checkbox
            aria-label={`Update ${name}`}
            checked={chosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        ) : (
          <Status word="On hold" quiet>
            Held
          </Status>
        )}
      </td>
    </tr>
  );
}

const runTitles: Readonly<Record<UpdateRun["state"], string>> = {
  running: "Under way",
  succeeded: "All done",
  stopped: "Stopped at the first that failed",
};

function Run({ run }: { run: UpdateRun }) {
  const word = run.state === "running" ? "Running" : run.state === "succeeded" ? "Passed" : "Failed";
  return (
    <Panel
      title="The last run"
      flush
      end={<Status word={word}>{runTitles[run.state]}</Status>}
      foot={
        <span>
          Begun {moment(run.startedAt)} by {actorName(run.startedBy)}
          {run.finishedAt !== undefined && `, ended ${moment(run.finishedAt)}`}
        </span>
      }
    >
      <ol className="order" style={{ border: 0 }}>
        {run.items.map(({ plugin, to, state, job, why }, at) => (
          <li key={plugin}>
            <span className="place" aria-hidden>
              {at + 1}
            </span>
            <span>
              <span className="t1">{plugin}</span> {to}
              {job !== undefined && (
                <>
                  {" "}
                  <Go className="small" to={`/marketplace/installs/${job}`}>
                    Steps<span className="vh"> of {plugin}</span>
                  </Go>
                </>
              )}
              {why !== undefined && <span className="small dim"> {why}</span>}
            </span>
            {state === "waiting" ? (
              <Status word="Queued" quiet>
                Not begun
              </Status>
            ) : (
              <Status word={jobWord[state]} quiet={state === "succeeded"} />
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
