import type { AuditRow } from "@hilum/contract/api";
import { TableRegion } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { actorName, count, exactly, moment } from "../../text/format.ts";

export const purposeWords: Record<string, string> = {
  TREAT: "Treatment",
  HOPERAT: "Operations",
  HSYSADMIN: "Administration",
  ETREAT: "Emergency",
  BTG: "Under a glass",
};
const kindWords = { intent: "intent", outcome: "outcome", note: "note" } as const;

/** Entries, newest first. An act has two: what was about to be done, and what came of it. */
export function AuditTable({ rows, onOpen }: { rows: readonly AuditRow[]; onOpen(index: number): void }) {
  return (
    <TableRegion label="Audit entries, newest first" minWidth={940}>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Object</th>
          <th scope="col">Why</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.index} data-hot={row.decision === "deny" || undefined}>
            <th scope="row" className="num">
              <button
                type="button"
                className="tbtn"
                style={{ color: "var(--hl-ink)", fontWeight: 600 }}
                aria-label={`Open entry ${count(row.index)}`}
                onClick={() => onOpen(row.index)}
              >
                {count(row.index)}
              </button>
              <span className="sub">{kindWords[row.kind]}</span>
            </th>
            <td className="num nowrap">
              <time dateTime={row.at} aria-label={exactly(row.at)}>
                {moment(row.at)}
              </time>
            </td>
            <td>
              {actorName(row.actor)}
              {row.via !== undefined && <span className="sub">via {actorName(row.via)}</span>}
            </td>
            <td>{row.action}</td>
            <td>
              {row.resource !== undefined && <code>{row.resource}</code>}
              {row.plugin !== undefined && (
                <span className="sub">
                  {row.plugin}
                  {row.instance !== undefined && row.instance !== "default" && `, ${row.instance}`}
                </span>
              )}
            </td>
            <td>{row.purpose === undefined ? "" : (purposeWords[row.purpose] ?? row.purpose)}</td>
            <td>
              <ResultOf row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

export function ResultOf({ row }: { row: AuditRow }) {
  if (row.decision === "deny") {
    return (
      <>
        <Status word="Refused" />
        {row.reason !== undefined && <span className="sub">{row.reason}</span>}
      </>
    );
  }
  if (row.kind === "intent") return <span className="dim">about to be done</span>;
  if (row.outcome === undefined || row.outcome === "ok" || row.outcome === "done")
    return <span className="dim">{row.outcome ?? ""}</span>;
  return row.outcome === "unknown" ? (
    <Status word="Uncertain">Unknown</Status>
  ) : (
    <Status word="Failed" quiet>
      {row.outcome}
    </Status>
  );
}
