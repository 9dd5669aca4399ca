import { isMet, type Row, type Skipped } from "./row.ts";

/** The rows as one table for a terminal; figures are rounded for reading. */
export function renderTable(rows: readonly Row[], skipped: readonly Skipped[] = []): string {
  const cells = [
    ["figure", "value", "budget", "met", "beside"],
    ...rows.map((row) => [
      row.figure,
      `${readable(row.value)} ${row.unit}`,
      row.budget ?? "",
      verdict(row),
      peerOf(row),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(Math.max(...lines.map(({ length }) => length)));
  const missing = skipped.map(({ figure, reason }) => `not measured: ${figure}: ${reason}`);
  return [lines[0], rule, ...lines.slice(1), rule, ...missing, ""].join("\n");
}

function verdict(row: Row): string {
  const met = isMet(row);
  return met === undefined ? "" : met ? "yes" : "NO";
}

const peerOf = ({ beside }: Row): string =>
  beside === undefined ? "" : `${readable(beside.ratio)}x of ${beside.peer}`;

/** Three figures that count, and no more digits than a whole number has. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
