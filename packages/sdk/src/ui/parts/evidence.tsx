import type { PageEvidence } from "@hilum/contract/bridge";
import type { ReactNode } from "react";
import { usePage } from "../bridge/page-context.ts";
import { causeWords } from "../text/words.ts";
import { Notice } from "./notice.tsx";
import { StatusGlyph, toneOfStatus, type StatusWord } from "./status.tsx";

const wordOf: Record<PageEvidence["status"], StatusWord> = {
  passed: "Passed",
  failed: "Failed",
  warning: "Warning",
  skipped: "Not run",
};

export interface EvidenceListProps {
  /** Names the list to those who hear it. */
  label: string;
  rows: readonly PageEvidence[];
  /** A button beside a row. */
  renderAct?(row: PageEvidence): ReactNode;
}

/** Checked claims: what failed opens up with cause and mend. */
export function EvidenceList({ label, rows, renderAct }: EvidenceListProps) {
  return (
    <ul aria-label={label} aria-live="polite">
      {rows.map((row) => (
        <EvidenceRow key={row.id} row={row} act={renderAct?.(row)} />
      ))}
    </ul>
  );
}

function EvidenceRow({ row, act }: { row: PageEvidence; act: ReactNode }) {
  const { format } = usePage();
  if (row.status === "failed")
    return (
      <li className="ev big">
        <Notice
          title={row.title}
          {...(row.detail !== undefined && { why: row.detail })}
          {...(row.fix !== undefined && { todo: row.fix })}
          {...(row.cause !== undefined && { end: causeWords[row.cause] })}
          reply={row.reply}
          actions={act}
        />
      </li>
    );
  const word = wordOf[row.status];
  const detail = [row.detail, row.fix].filter((text) => text !== undefined).join(" ");
  return (
    <li className="ev" data-tone={toneOfStatus(word)}>
      <span className="ic">
        <StatusGlyph word={word} />
        <span className="vh">{word}: </span>
      </span>
      <div>
        <div className="t1">{row.title}</div>
        {detail !== "" && <div className="t2">{detail}</div>}
      </div>
      <div className="end">{act ?? (row.durationMs !== undefined && format.duration(row.durationMs))}</div>
    </li>
  );
}
