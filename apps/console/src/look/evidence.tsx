import type { Evidence as EvidenceRow } from "@hilum/contract/api";
import type { ReactNode } from "react";
import { duration } from "../text/format.ts";
import { causeWords } from "../text/words.ts";
import { Problem } from "./problem.tsx";
import { StatusIcon, toneOf, type Word } from "./status.tsx";

const wordOf: Record<EvidenceRow["status"], Word> = {
  passed: "Passed",
  failed: "Failed",
  warning: "Warning",
  skipped: "Not run",
};

/** A claim, its proof in small text, a measure or a button on the right. */
export function Evidence({
  word,
  title,
  detail,
  end,
}: {
  word: Word;
  title: ReactNode;
  detail?: ReactNode;
  end?: ReactNode;
}) {
  return (
    <li className="ev" data-tone={toneOf(word)}>
      <span className="ic">
        <StatusIcon word={word} />
        <span className="vh">{word}: </span>
      </span>
      <div>
        <div className="t1">{title}</div>
        {detail !== undefined && detail !== "" && <div className="t2">{detail}</div>}
      </div>
      <div className="end">{end}</div>
    </li>
  );
}

/** A checked claim of the server. What failed opens up as a problem with cause and mend. */
export function EvidenceOf({ row, actions }: { row: EvidenceRow; actions?: ReactNode }) {
  if (row.status === "failed") {
    return (
      <li className="ev big">
        <Problem
          level={3}
          title={`${row.title}: failed`}
          {...(row.detail !== undefined && { why: <WithTime text={row.detail} ms={row.durationMs} /> })}
          {...(row.fix !== undefined && { todo: row.fix })}
          {...(row.reply !== undefined && { reply: row.reply })}
          {...(row.cause !== undefined && { end: causeWords[row.cause] })}
          actions={actions}
        >
          <ExpectedActual row={row} />
        </Problem>
      </li>
    );
  }
  const detail = [row.detail, row.fix].filter((text) => text !== undefined).join(" ");
  return (
    <Evidence
      word={wordOf[row.status]}
      title={row.title}
      detail={detail}
      end={actions ?? (row.durationMs !== undefined && <span className="num nowrap">{duration(row.durationMs)}</span>)}
    />
  );
}

/** The sentence, and how long it took to find out. */
function WithTime({ text, ms }: { text: string; ms: number | undefined }) {
  return (
    <>
      {text} {ms !== undefined && <span className="dim">It took {duration(ms)}.</span>}
    </>
  );
}

export function ExpectedActual({ row }: { row: EvidenceRow }) {
  if (row.expected === undefined && row.actual === undefined) return null;
  return (
    <p className="small" style={{ marginTop: 6 }}>
      {row.expected !== undefined && (
        <>
          <span className="dim">Expected</span> {row.expected}
          <br />
        </>
      )}
      {row.actual !== undefined && (
        <>
          <span className="dim">Got</span> {row.actual}
        </>
      )}
    </p>
  );
}

export const evidenceWord = (row: EvidenceRow): Word => wordOf[row.status];
