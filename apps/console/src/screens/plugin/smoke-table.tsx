import type { Health, PluginDetail } from "@hilum/contract/api";
import { IconFlask, IconWorld } from "@tabler/icons-react";
import type { MayDecision } from "../../api/operation-facts.ts";
import { evidenceWord } from "../../look/evidence.tsx";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { duration, hourMinute, moment } from "../../text/format.ts";
import { causeWords } from "../../text/words.ts";

interface SmokeTableProps {
  detail: PluginDetail;
  run: Health["lastRun"];
  schedule: Health["schedule"];
  may: MayDecision;
  running: boolean;
  onRun(test: string, live: boolean): void;
}

/** Every declared test with the newest result and its evidence. A test without a result is "Not run", never green. */
export function SmokeTable({ detail, run, schedule, may, running, onRun }: SmokeTableProps) {
  return (
    <Panel
      title="Smoke tests"
      flush
      foot={
        <span>
          {scheduleText(schedule)} Live tests send for real: they ask for a recipient and never run by themselves.
        </span>
      }
    >
      {detail.smokeTests.length === 0 ? (
        <Empty title="No smoke tests">The plugin declares none, so its health says less than it could.</Empty>
      ) : (
        <TableRegion label="Smoke tests" minWidth={760} className="t top">
          <thead>
            <tr>
              <th scope="col">Result</th>
              <th scope="col">Test</th>
              <th scope="col">Evidence</th>
              <th scope="col" className="r">
                Took
              </th>
              <th scope="col">
                <span className="vh">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.smokeTests.map((test) => (
              <SmokeRow
                key={test.id}
                test={test}
                result={run?.results.find((result) => result.test === test.id)}
                may={may}
                running={running}
                onRun={onRun}
              />
            ))}
          </tbody>
        </TableRegion>
      )}
    </Panel>
  );
}

type Result = NonNullable<Health["lastRun"]>["results"][number];
type RowProps = Pick<SmokeTableProps, "may" | "running" | "onRun"> & {
  test: PluginDetail["smokeTests"][number];
  result: Result | undefined;
};

function SmokeRow({ test, result, may, running, onRun }: RowProps) {
  const failed = result?.status === "failed";
  const word = result === undefined ? "Not run" : evidenceWord(result);
  return (
    <tr data-hot={failed || undefined}>
      <td className="nowrap">
        <Status word={word} quiet={!failed} />
      </td>
      <th scope="row">
        <span className={failed ? "strong" : ""}>{test.title}</span>{" "}
        <span className="tag">
          {test.live ? <IconWorld size={13} aria-hidden /> : <IconFlask size={13} aria-hidden />}
          {test.live ? "live" : "dry run"}
        </span>
      </th>
      <td className="small">
        {result === undefined ? <span className="dim">none yet</span> : <Proof result={result} />}
      </td>
      <td className="r num nowrap">{result?.durationMs === undefined ? "" : duration(result.durationMs)}</td>
      <td className="r">
        <ActButton
          compact
          size="compact-sm"
          may={may}
          running={running}
          label={`Run: ${test.title}`}
          onClick={() => onRun(test.id, test.live)}
        >
          Run
        </ActButton>
      </td>
    </tr>
  );
}

function Proof({ result }: { result: Result }) {
  return (
    <div className="stack xs">
      {result.expected !== undefined && (
        <span>
          <span className="dim">Expected</span> {result.expected}
        </span>
      )}
      {result.actual !== undefined && (
        <span>
          <span className="dim">Got</span> {result.actual}
        </span>
      )}
      {result.detail !== undefined && <span>{result.detail}</span>}
      {result.cause !== undefined && (
        <span>
          <span className="dim">Cause</span> {causeWords[result.cause]}
        </span>
      )}
      {result.fix !== undefined && result.status !== "passed" && (
        <span>
          <span className="dim">What to do</span> {result.fix}
        </span>
      )}
      {result.reply !== undefined && <pre className="reply">{result.reply}</pre>}
    </div>
  );
}

function scheduleText({ everyMinutes, nextAt }: Health["schedule"]): string {
  if (everyMinutes === 0) return "No schedule: tests run when somebody runs them and after each change.";
  const next =
    nextAt === undefined
      ? ""
      : `Next run ${new Date(nextAt).getTime() - Date.now() > 86_400_000 ? moment(nextAt) : hourMinute(nextAt)}, `;
  return `${next}every ${everyMinutes} minutes.`;
}
