import type { DateRange } from "./date-range.ts";

/**
 * Dates in an index that can only be asked for equality. The calendar is a tree: all of it, decades (`197`), years
 * (`1970`), months (`1970-03`) and days (`1970-03-02`), each named by the beginning of its days. A value stands at each
 * node that holds it; a range is asked for by the few nodes that it is made of. A value that is itself longer than a day
 * also stands at its own node with `!`, where ranges inside of it find it.
 *
 * Outside of these years a value stands at the root, which every range asks for.
 */
const firstDay = Date.UTC(1800, 0, 1);
const endDay = Date.UTC(2200, 0, 1);
const day = 86_400_000;

/** A value that takes more nodes than these is kept at a coarser level. */
const nodesOfValueMax = 4;

const levels = ["day", "month", "year", "decade"] as const;
type Level = (typeof levels)[number];

const root = "!";

/** The nodes at which a value of this range stands. */
export function nodesOfValue(range: DateRange): string[] {
  if (range.from < firstDay || range.to > endDay) return [root];
  if (range.to <= range.from) return [];
  const firstText = new Date(range.from).toISOString();
  // The usual case: one day, or less.
  if (Math.floor(range.from / day) === Math.floor((range.to - 1) / day))
    return [firstText.slice(0, 10), firstText.slice(0, 7), firstText.slice(0, 4), firstText.slice(0, 3)];
  for (const level of levels) {
    const nodes = cover(floorTo(range.from, level), ceilTo(range.to, level), level);
    if (nodes.length <= nodesOfValueMax) return [...new Set(nodes.flatMap(placesOf))];
  }
  return [root];
}

/** The nodes of which any value that overlaps the range has one. */
export function nodesOfRange(range: DateRange): string[] {
  const from = Math.max(floorTo(Math.max(range.from, firstDay), "day"), firstDay);
  const to = Math.min(ceilTo(Math.min(range.to, endDay), "day"), endDay);
  const nodes = from < to ? cover(from, to, "day") : [];
  const longer = nodes.flatMap((node) => ancestorsOf(node).map((one) => `${one}!`));
  return [...new Set([...nodes, ...longer, root])];
}

function placesOf(node: string): string[] {
  return [node, ...ancestorsOf(node), ...(node.length < 10 ? [`${node}!`] : [])];
}

function ancestorsOf(node: string): string[] {
  return [7, 4, 3].filter((length) => length < node.length).map((length) => node.slice(0, length));
}

/** The fewest nodes, none finer than `finest`, that make up the time between two of its borders. */
function cover(from: number, to: number, finest: Level): string[] {
  const nodes: string[] = [];
  let at = from;
  while (at < to && nodes.length < 400) {
    const level = widestAt(at, to, finest);
    nodes.push(nameOf(at, level));
    at = next(at, level);
  }
  return nodes;
}

function widestAt(at: number, to: number, finest: Level): Level {
  for (const level of levels.toReversed()) {
    if (level === finest) return level;
    if (floorTo(at, level) === at && next(at, level) <= to) return level;
  }
  return finest;
}

function floorTo(at: number, level: Level): number {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (level === "day") return Math.floor(at / day) * day;
  if (level === "month") return Date.UTC(year, month, 1);
  return Date.UTC(level === "year" ? year : year - (year % 10), 0, 1);
}

function ceilTo(at: number, level: Level): number {
  const floor = floorTo(at, level);
  return floor === at ? at : next(floor, level);
}

function next(at: number, level: Level): number {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (level === "day") return at + day;
  if (level === "month") return Date.UTC(year, month + 1, 1);
  return Date.UTC(level === "year" ? year + 1 : year + 10, 0, 1);
}

function nameOf(at: number, level: Level): string {
  return new Date(at).toISOString().slice(0, { day: 10, month: 7, year: 4, decade: 3 }[level]);
}
