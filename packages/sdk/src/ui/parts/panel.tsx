import type { ReactNode } from "react";

/** White paper with a hairline: one subject. */
export function Panel({
  title,
  end,
  foot,
  flush = false,
  children,
}: {
  title?: string;
  /** What stands right of the title. */
  end?: ReactNode;
  foot?: ReactNode;
  /** Rows and tables run to the edges. */
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section className="panel">
      {title !== undefined && (
        <div className={flush ? "hd flush" : "hd"}>
          <h2>{title}</h2>
          {end !== undefined && <div className="end row">{end}</div>}
        </div>
      )}
      {flush ? children : <div className="bd">{children}</div>}
      {foot !== undefined && <div className="ft">{foot}</div>}
    </section>
  );
}

/** Terms and values. An absent value leaves its row out. */
export function KeyValue({ rows }: { rows: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="kv">
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
