import type { ReactNode } from "react";

interface PanelProps {
  title?: string | undefined;
  /** What stands right of the title: a link, a badge, a button. */
  end?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
  /** Rows and tables run to the edges. */
  flush?: boolean;
  level?: 2 | 3;
  /** Names a panel without a title. */
  label?: string;
}

/** White paper with a hairline: one subject. */
export function Panel({ title, end, foot, children, flush = false, level = 2, label }: PanelProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="panel" aria-label={label}>
      {title !== undefined && (
        <div className={flush ? "hd flush" : "hd"}>
          <Heading>{title}</Heading>
          {end !== undefined && <div className="end row">{end}</div>}
        </div>
      )}
      {flush ? children : <div className="bd">{children}</div>}
      {foot !== undefined && <div className="ft">{foot}</div>}
    </section>
  );
}

/** A table that scrolls inside its panel and can be reached by keyboard. */
export function TableRegion({
  label,
  minWidth,
  className = "t",
  children,
}: {
  label: string;
  minWidth: number;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table className={className} style={{ minWidth }}>
        <caption className="vh">{label}</caption>
        {children}
      </table>
    </div>
  );
}

/** Terms and values. An absent value leaves its row out. `inline` sets them in one line. */
export function KeyValue({ rows, inline = false }: { rows: Readonly<Record<string, ReactNode>>; inline?: boolean }) {
  return (
    <dl className={inline ? "kv inline" : "kv"}>
      {Object.entries(rows)
        .filter(([, value]) => value !== undefined && value !== null && value !== "")
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export interface Fact {
  term: string;
  value: ReactNode;
  unit?: ReactNode;
  note?: ReactNode;
  /** Shown between value and note, for example pips. */
  picture?: ReactNode;
}

/** One bordered strip with hairlines, not a row of cards. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ term, value, unit, note, picture }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd className="v num">
            {value} {unit !== undefined && <small>{unit}</small>}
          </dd>
          {picture !== undefined && <dd>{picture}</dd>}
          {note !== undefined && <dd className="n">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** A plugin's monogram in a notched tile. `own`: it comes with Hilum. */
export function Glyph({ name, own = false, size }: { name: string; own?: boolean; size?: "lg" }) {
  const words = name.trim().split(/[\s._-]+/);
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ""}${words[1]?.[0] ?? ""}` : (words[0] ?? "").slice(0, 2);
  return (
    <span className="glyph" data-size={size} data-own={own || undefined} aria-hidden>
      {letters.toUpperCase()}
    </span>
  );
}
