import type { ReactNode } from "react";

export interface Column<Row> {
  title: string;
  /** `end` for numbers. */
  align?: "start" | "end";
  render(row: Row): ReactNode;
}

export interface TableProps<Row> {
  /** Names the table to those who hear it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** Shown instead of a table without rows. */
  empty: ReactNode;
  /** Below this width it scrolls inside its own region, in CSS pixels. */
  minWidth?: number;
}

/** A table whose first column is the row's name; it scrolls by itself and can be reached by keyboard. */
export function Table<Row>({ caption, columns, rows, keyOf, empty, minWidth = 480 }: TableProps<Row>) {
  if (rows.length === 0) return <p className="bd dim">{empty}</p>;
  const [first, ...others] = columns;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${caption}, table`}>
      <table className="t" style={{ minWidth }}>
        <caption className="vh">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, align }) => (
              <th key={title} scope="col" className={align === "end" ? "r" : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row">{first?.render(row)}</th>
              {others.map(({ title, align, render }) => (
                <td key={title} className={align === "end" ? "r num" : undefined}>
                  {render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
