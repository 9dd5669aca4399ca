import type { Access } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { TableRegion } from "../../look/panel.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { actorName, day, many, moment } from "../../text/format.ts";

export interface Decision {
  decision: "granted" | "denied";
  narrowedTo?: string;
}
/** What was chosen and not saved yet, by scope. */
export type Decisions = Record<string, Decision>;
type Row = Access["rows"][number];

interface AccessTableProps {
  rows: readonly Row[];
  draft: Decisions;
  readOnly: boolean;
  onChange(draft: Decisions): void;
}

/** Requested, reason, granted and used, side by side; one choice for each right. */
export function AccessTable({ rows, draft, readOnly, onChange }: AccessTableProps) {
  const choose = (scope: string, choice: string): void => {
    const { [scope]: _, ...others } = draft;
    const decision = readChoice(choice);
    onChange(decision === undefined ? others : { ...others, [scope]: decision });
  };
  return (
    <TableRegion label="Rights" minWidth={880}>
      <thead>
        <tr>
          <th scope="col">Requested</th>
          <th scope="col">Its reason</th>
          <th scope="col">Now</th>
          <th scope="col">Used in 30 days</th>
          <th scope="col">Your decision</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.scope}>
            <th scope="row">
              <b className="strong">{row.plain}</b>
              <code className="sub">{row.resolved}</code>
              {row.required && <span className="tag">required</span>}
            </th>
            <td>{row.reason}</td>
            <td>
              <Now row={row} />
            </td>
            <td>
              <Used row={row} />
            </td>
            <td>
              <NativeSelect
                aria-label={`Decision: ${row.plain}`}
                disabled={readOnly}
                data={choices(row)}
                value={choiceOf(draft[row.scope])}
                onChange={(event) => choose(row.scope, event.currentTarget.value)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

const words: Record<Row["decision"], Word> = { undecided: "Not decided", granted: "Granted", denied: "Denied" };

function Now({ row }: { row: Row }) {
  return (
    <>
      <Status
        word={row.stale ? "Setting changed" : words[row.decision]}
        quiet={row.decision === "granted" && !row.stale}
      />
      {row.stale && <span className="sub">granted for {row.pinned}</span>}
      {!row.stale && row.pinned !== undefined && row.pinned !== row.resolved && (
        <code className="sub">{row.pinned}</code>
      )}
      {row.decidedAt !== undefined && (
        <span className="sub">
          {day(row.decidedAt)}
          {row.decidedBy !== undefined && ` by ${actorName(row.decidedBy)}`}
        </span>
      )}
    </>
  );
}

function Used({ row }: { row: Row }) {
  if (row.decision !== "granted") return <span className="dim">not possible</span>;
  if (row.used30Days === 0) return <Status word="Never used" />;
  return (
    <>
      <span className="num">{many(row.used30Days, "time")}</span>
      {row.lastUsedAt !== undefined && <span className="sub num">last {moment(row.lastUsedAt)}</span>}
    </>
  );
}

function choices(row: Row): { value: string; label: string }[] {
  const stay = row.decision === "undecided" ? "Decide…" : row.stale ? "Decide again…" : "As it is";
  return [
    { value: "", label: stay },
    { value: "granted", label: "Grant as requested" },
    ...row.narrower.map((scope) => ({ value: `granted ${scope}`, label: `Grant only ${scope}` })),
    { value: "denied", label: row.decision === "granted" ? "Revoke" : "Deny" },
  ];
}

const choiceOf = (decision: Decision | undefined): string =>
  decision === undefined
    ? ""
    : decision.narrowedTo === undefined
      ? decision.decision
      : `granted ${decision.narrowedTo}`;

function readChoice(choice: string): Decision | undefined {
  if (choice === "") return undefined;
  if (choice === "granted" || choice === "denied") return { decision: choice };
  return { decision: "granted", narrowedTo: choice.slice("granted ".length) };
}
