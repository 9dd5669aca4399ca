import type { ReactNode } from "react";
import type { Format } from "../text/format.ts";

/** A moment of a patient's record. What of it is masked comes masked. */
export interface TimelineMoment {
  id: string;
  /** A day, a month or a year, as far as it is known: `2026-02-03`, `2026-02`, `2026`. */
  when: string;
  /** `Document`, `Measurement`. */
  kind: string;
  title: string;
  detail?: string | undefined;
  /** Stands on the line: an icon that says the kind once more. */
  mark?: ReactNode;
  /** Beside the title: labels, attachments. */
  end?: ReactNode;
}

export interface TimelineProps {
  moments: readonly TimelineMoment[];
  format: Pick<Format, "dayOfYear">;
  /** Leads from a moment to its record; the bare title where absent. */
  renderTitle?(moment: TimelineMoment): ReactNode;
  /** Level of the headings that name the years. */
  level?: 3 | 4;
}

/** What happened to a patient, newest first, a heading for each year. The order of the list alone tells the story. */
export function Timeline({ moments, format, renderTitle, level = 3 }: TimelineProps) {
  const Heading = level === 3 ? "h3" : "h4";
  return (
    <div className="timeline">
      {byYear(moments).map(([year, inYear]) => (
        <section key={year}>
          <Heading>{year}</Heading>
          <ol>
            {inYear.map((moment) => (
              <li key={moment.id}>
                <time className="at num" dateTime={moment.when}>
                  {format.dayOfYear(moment.when)}
                </time>
                <span className="mark" aria-hidden>
                  {moment.mark}
                </span>
                <div className="what">
                  <div className="t1">
                    {renderTitle === undefined ? moment.title : renderTitle(moment)}
                    {moment.end}
                  </div>
                  <div className="t2">
                    {/* A title that says no more than the kind stands alone. */}
                    {moment.kind !== moment.title && moment.kind}
                    {moment.kind !== moment.title && moment.detail !== undefined && " · "}
                    {moment.detail !== undefined && (
                      <span className={moment.detail.includes("•") ? "masked" : undefined}>{moment.detail}</span>
                    )}
                  </div>
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

/** Neighbours of one year stand under one heading; an order that jumps is kept as it came. */
function byYear(moments: readonly TimelineMoment[]): [year: string, moments: TimelineMoment[]][] {
  const groups: [string, TimelineMoment[]][] = [];
  for (const moment of moments) {
    const year = moment.when.slice(0, 4);
    const last = groups.at(-1);
    if (last?.[0] === year) last[1].push(moment);
    else groups.push([year, [moment]]);
  }
  return groups;
}
