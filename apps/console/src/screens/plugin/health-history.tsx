import type { Health } from "@hilum/contract/api";
import { useState } from "react";
import { useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { Paging } from "../../shell/paging.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { actorName, day, duration, many, moment } from "../../text/format.ts";
import { instanceQuery } from "./plugin-page.tsx";

const daysShown = 90;

/** Days before the first record stand as not tested, so that the strip always covers the same time. */
function padDays(recorded: Health["days"]): Health["days"] {
  const first = recorded[0]?.day ?? new Date().toISOString().slice(0, 10);
  const missing = Math.max(0, daysShown - recorded.length);
  const before = Array.from({ length: missing }, (_, at) => {
    const noon = new Date(Date.parse(`${first}T12:00:00Z`) - (missing - at) * 86_400_000);
    return { day: noon.toISOString().slice(0, 10), state: "not_tested" as const, runs: 0, failed: 0 };
  });
  return [...before, ...recorded];
}

const stateWords = { healthy: "Healthy", degraded: "Degraded", failing: "Failing", not_tested: "Not tested" } as const;

/** 90 days as a strip (state is height first, colour second) and as a table on the same spot. */
export function HealthHistory({ days: recorded }: { days: Health["days"] }) {
  const days = padDays(recorded);
  const [asTable, setAsTable] = useState(false);
  const count = (state: keyof typeof stateWords): number => days.filter((entry) => entry.state === state).length;
  const tested = days.length - count("not_tested");
  const bad = days.filter(({ state }) => state === "failing").map((entry) => day(`${entry.day}T12:00:00Z`));
  return (
    <Panel
      title="Last 90 days"
      end={
        <button type="button" className="tbtn" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          As a table
        </button>
      }
    >
      {asTable ? (
        <div style={{ maxHeight: 220, overflow: "auto" }} tabIndex={0} role="region" aria-label="Last 90 days, table">
          <table className="t">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">State</th>
                <th scope="col">Runs</th>
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map((entry) => (
                <tr key={entry.day}>
                  <th scope="row">{day(`${entry.day}T12:00:00Z`)}</th>
                  <td>{stateWords[entry.state]}</td>
                  <td className="num">{entry.runs === 0 ? "none" : `${entry.runs}, ${entry.failed} failed`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <p style={{ marginBottom: 12 }}>
            <b className="strong">
              {tested === 0
                ? "Not tested on any day."
                : `Healthy on ${count("healthy")} of ${many(tested, "day")} with tests.`}
            </b>
            {bad.length > 0 &&
              ` Failing on ${bad.slice(-3).join(", ")}${bad.length > 3 ? ` and ${bad.length - 3} more` : ""}.`}
          </p>
          <div
            className="strip"
            role="img"
            aria-label={`${days.length} daily results: ${count("healthy")} healthy, ${count("degraded")} degraded, ${count("failing")} failing, ${count("not_tested")} not tested. Open As a table for each day.`}
          >
            {days.map((entry) => (
              <i key={entry.day} data-s={entry.state} />
            ))}
          </div>
          <div className="strip-ends small dim">
            <span>{days[0] === undefined ? "" : day(`${days[0].day}T12:00:00Z`)}</span>
            <span>today</span>
          </div>
          <p className="small dim" style={{ marginTop: 8 }}>
            Tall: failing. Middle: degraded. Low: healthy. Outline: not tested.
          </p>
        </>
      )}
    </Panel>
  );
}

const runWords: Record<string, Word> = { running: "Running", passed: "Passed", failed: "Failed", no_tests: "Not run" };
const triggerWords = { person: "by", schedule: "on schedule", enable: "at Enable", change: "after a change" } as const;

/** Every run is kept with its evidence. */
export function SmokeRuns({ plugin, instance }: { plugin: string; instance: string }) {
  const [cursor, setCursor] = useState<string>();
  const runs = useRead("listSmokeRuns", {
    params: { plugin },
    query: { ...instanceQuery(instance), limit: 20, ...(cursor !== undefined && { cursor }) },
  });
  return (
    <Loaded query={runs} what="the runs">
      {({ items, next }) =>
        items.length === 0 ? null : (
          <Panel
            title="All runs"
            flush
            foot={
              <>
                <Paging cursor={cursor} next={next} onGo={setCursor} />
                <span>Every run is kept.</span>
              </>
            }
          >
            <TableRegion label="Smoke-test runs, newest first" minWidth={560}>
              <thead>
                <tr>
                  <th scope="col">Result</th>
                  <th scope="col">When</th>
                  <th scope="col">Why</th>
                  <th scope="col">Tests</th>
                  <th scope="col" className="r">
                    Took
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((run) => {
                  const failed = run.results.filter(({ status }) => status === "failed");
                  return (
                    <tr key={run.id} data-hot={run.status === "failed" || undefined}>
                      <td>
                        <Status word={runWords[run.status] ?? "Not run"} quiet={run.status !== "failed"} />
                      </td>
                      <th scope="row" className="num">
                        {moment(run.startedAt)}
                      </th>
                      <td>{run.trigger === "person" ? `by ${actorName(run.by)}` : triggerWords[run.trigger]}</td>
                      <td>
                        {failed.length > 0
                          ? failed.map(({ title }) => title).join(", ")
                          : many(run.results.length, "test")}
                      </td>
                      <td className="r num">
                        {run.finishedAt === undefined
                          ? ""
                          : duration(new Date(run.finishedAt).getTime() - new Date(run.startedAt).getTime())}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </TableRegion>
          </Panel>
        )
      }
    </Loaded>
  );
}
