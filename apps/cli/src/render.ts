/** An answer for people: a list as a table, an object as lines, what is deep as JSON. */
export function renderAnswer(answer: unknown, width: number): string {
  if (answer === undefined || answer === null) return "";
  if (typeof answer !== "object") return `${JSON.stringify(answer)}\n`;
  const list = listOf(answer);
  if (list === undefined) return renderObject(answer as Record<string, unknown>, width);
  const table = list.items.length === 0 ? "Nothing.\n" : renderTable(list.items, width);
  const rest = Object.entries(answer).filter(([name, value]) => name !== list.name && isScalar(value));
  return rest.length === 0 ? table : `${table}\n${renderObject(Object.fromEntries(rest), width)}`;
}

/** The one list of objects that an answer is about. */
function listOf(answer: object): { name: string; items: readonly Record<string, unknown>[] } | undefined {
  const [found, ...more] = Object.entries(answer).filter(
    (entry): entry is [string, Record<string, unknown>[]] =>
      Array.isArray(entry[1]) && entry[1].every((item) => typeof item === "object" && item !== null),
  );
  if (found === undefined || more.length > 0) return undefined;
  const others = Object.values(answer).filter((value) => typeof value === "object" && value !== null);
  return others.length > 1 ? undefined : { name: found[0], items: found[1] };
}

const cellMax = 48;

function renderTable(items: readonly Record<string, unknown>[], width: number): string {
  const names = [...new Set(items.flatMap((item) => Object.keys(item).filter((name) => isScalar(item[name]))))];
  const rows = items.map((item) => names.map((name) => cellOf(item[name])));
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  // Columns that do not fit are left out; `--json` has them all.
  const shown: number[] = [];
  let used = 0;
  for (const [column, size] of widths.entries()) {
    if (shown.length > 0 && used + size > width) continue;
    shown.push(column);
    used += size + 2;
  }
  const line = (cells: readonly string[]): string =>
    shown
      .map((column) => (cells[column] ?? "").padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[names, ...rows].map(line).join("\n")}\n`;
}

function renderObject(object: Record<string, unknown>, width: number): string {
  const wide = Math.max(0, ...Object.keys(object).map((name) => name.length));
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (isScalar(value)) return `${name.padEnd(wide)}  ${oneLine(String(value))}\n`;
      if (isTable(value)) return `${name}\n${indent(renderTable(value, width - 2))}`;
      return `${name.padEnd(wide)}  ${oneLine(JSON.stringify(value))}\n`;
    })
    .join("");
}

const isTable = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item));

const isScalar = (value: unknown): boolean => value === null || ["string", "number", "boolean"].includes(typeof value);

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

function cellOf(value: unknown): string {
  const text = isScalar(value) ? oneLine(String(value)) : "";
  return text.length > cellMax ? `${text.slice(0, cellMax - 1)}…` : text;
}

/** Text of others may hold what moves a terminal's cursor or hides a line. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "�");
}
