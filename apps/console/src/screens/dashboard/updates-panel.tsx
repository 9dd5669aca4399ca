import type { Dashboard } from "@hilum/contract/api";
import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { many } from "../../text/format.ts";
import { readUpdatesWaiting, type Pressing, type UpdatesWaiting } from "./updates-waiting.ts";

const everyMs = 60_000;
const shownMax = 4;

/** How many updates wait, and which should not: nothing where plugins come from no marketplace, or one may not read it. */
export function UpdatesPanel({ repairs }: { repairs: Dashboard["repairs"] }) {
  const sources = useRead("listSources", {}, { everyMs });
  const some = (sources.data?.items.length ?? 0) > 0;
  const updates = useRead("listUpdates", {}, { everyMs, enabled: some });
  const plugins = useRead("listPlugins", {}, { everyMs });
  if (!some) return null;
  return (
    <Loaded query={updates} what="the updates">
      {({ items }) => <Waiting waiting={readUpdatesWaiting(items, plugins.data?.items ?? [], repairs)} />}
    </Loaded>
  );
}

function Waiting({ waiting: { count, held, pressing } }: { waiting: UpdatesWaiting }) {
  return (
    <Panel
      title="Updates"
      end={
        <Go className="small" to="/marketplace/updates">
          {count === 0 ? "Open updates" : `All ${count}`}
        </Go>
      }
    >
      <p>
        {count === 0 ? (
          "What came from a marketplace is the newest that is offered."
        ) : (
          <>
            <b className="num">{many(count, "update")}</b> {count === 1 ? "waits" : "wait"}
            {held > 0 && `, ${held === count ? "held" : `${held} of them held`} for now`}.
          </>
        )}
      </p>
      {pressing.length > 0 && (
        <>
          <ul className="stack sm" style={{ marginTop: 10 }}>
            {pressing.slice(0, shownMax).map((row) => (
              <PressingRow key={row.plugin} row={row} />
            ))}
          </ul>
          {pressing.length > shownMax && (
            <p className="small dim" style={{ marginTop: 8 }}>
              And {pressing.length - shownMax} more.
            </p>
          )}
        </>
      )}
      {pressing.some(({ to, held: isHeld }) => to !== undefined && !isHeld) && (
        <div className="row" style={{ marginTop: 12 }}>
          <GoButton to="/marketplace/updates">Review the updates</GoButton>
        </div>
      )}
    </Panel>
  );
}

function PressingRow({ row: { plugin, name, why, to, held } }: { row: Pressing }) {
  return (
    <li>
      <Status word={why === "taken_back" ? "Taken back" : "Security update"} />
      <p className="small" style={{ marginTop: 2 }}>
        <Go to={`/plugins/${plugin}/versions`}>{name}</Go>
        {why === "taken_back" && ": its publisher took this version back"}
        {to === undefined ? "; nothing newer is offered." : held ? `; ${to} is held.` : `; ${to} is ready.`}
      </p>
    </li>
  );
}
