import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status } from "../../look/status.tsx";
import type { AnswerById } from "../../api/call.ts";
import { actorName, clock, day, duration, shortDigest } from "../../text/format.ts";

interface ConformanceHistoryProps {
  items: AnswerById<"listConformanceRuns">["items"];
  /** The run that is shown above. */
  open: string | undefined;
  onOpen(run: string): void;
}

export function ConformanceHistory({ items, open, onOpen }: ConformanceHistoryProps) {
  return (
    <Panel title="Runs" flush foot={<span>The newest twenty are kept.</span>}>
      {items.length === 0 ? (
        <Empty title="It was never judged">
          A run plays each case against the plugin’s code and keeps what was seen. It sends nothing and needs no
          account.
        </Empty>
      ) : (
        <TableRegion label="Conformance runs, newest first" minWidth={660}>
          <thead>
            <tr>
              <th scope="col">At</th>
              <th scope="col">Result</th>
              <th scope="col">Cases</th>
              <th scope="col">Code</th>
              <th scope="col">By</th>
              <th scope="col" className="r">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ id, startedAt, durationMs, by, version, codeDigest, passed, counts }) => (
              <tr key={id} aria-current={id === open || undefined}>
                <th scope="row" className="nowrap">
                  <button
                    type="button"
                    className="tbtn name"
                    aria-label={`Open the run of ${day(startedAt)}, ${clock(startedAt)}`}
                    onClick={() => onOpen(id)}
                  >
                    {day(startedAt)}, {clock(startedAt)}
                  </button>
                </th>
                <td>
                  <Status word={passed ? "Passed" : "Failed"} quiet={passed}>
                    {passed ? "Conforms" : "Does not conform"}
                  </Status>
                </td>
                <td className="num nowrap">
                  {counts.passed} passed, {counts.failed} failed
                </td>
                <td>
                  {version} <code className="small">{shortDigest(codeDigest)}</code>
                </td>
                <td>{actorName(by)}</td>
                <td className="r num nowrap">{duration(durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </Panel>
  );
}
