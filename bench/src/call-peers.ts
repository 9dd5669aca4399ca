import { beside, type Row } from "./row.ts";

const governed = "governed call, ";

/** Puts each figure of the governed call beside the peer that does best at the same thing in the same run. */
export function besidePeers(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    if (!row.figure.startsWith(governed) || row.unit === "ratio") return row;
    const what = row.figure.slice(governed.length);
    const faster = row.unit === "us" ? (a: Row, b: Row) => a.value - b.value : (a: Row, b: Row) => b.value - a.value;
    const [best] = rows
      .filter(({ figure }) => figure !== row.figure && figure.endsWith(`echo, ${what}`))
      .toSorted(faster);
    if (best === undefined) return row;
    return { ...row, beside: beside(best.figure.slice(0, -what.length - 2), row.value, best.value) };
  });
}
