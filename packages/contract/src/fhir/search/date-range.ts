/** Milliseconds since 1970 in UTC, from `from` up to and without `to`. An open end is infinite. */
export interface DateRange {
  from: number;
  to: number;
}

const form = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/**
 * The time that a FHIR date, dateTime or instant covers: `2026-03` the whole month. What has no zone is read as UTC.
 * Undefined where it is no such text. A search may leave the seconds out.
 */
export function dateRange(text: string): DateRange | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  if (m > 11 || m < 0 || d < 1 || d > 31) return undefined;
  if (month === undefined) return { from: utc(y, 0, 1), to: utc(y + 1, 0, 1) };
  if (day === undefined) return { from: utc(y, m, 1), to: utc(y, m + 1, 1) };
  const start = utc(y, m, d);
  if (new Date(start).getUTCDate() !== d) return undefined;
  if (hour === undefined) return { from: start, to: start + 86_400_000 };
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined;
  const clock = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second ?? 0) * 1000;
  const at = start + clock + Math.floor(Number(`0.${fraction ?? 0}`) * 1000) - offsetOf(zone);
  return { from: at, to: at + (second === undefined ? 60_000 : fraction === undefined ? 1000 : 1) };
}

/** Date.UTC takes years below 100 for those of the twentieth century. */
function utc(year: number, month: number, day: number): number {
  if (year > 99) return Date.UTC(year, month, day);
  const date = new Date(Date.UTC(2000, month, day));
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
