/** Times, numbers and sizes as the person reads them. */
export interface Format {
  /** 14:02:11 */
  clock(at: string | number): string;
  /** 14:02:11.120 */
  clockMs(at: string | number): string;
  /** "14:02" today, "12 Mar, 14:02" otherwise. */
  moment(at: string | number): string;
  /** 12 March 2026, 14:02:11 */
  exactly(at: string | number): string;
  /** "12 Mar" of `2026-03-12`, "Mar" of `2026-03`, nothing of `2026`: the same in every time zone */
  dayOfYear(when: string): string;
  /** 340 ms, 1.4 s, 3 min */
  duration(ms: number): string;
  count(n: number): string;
  /** "1 message", "3 messages" */
  many(n: number, one: string, more?: string): string;
  bytes(n: number): string;
}

export function createFormat({ locale, timeZone }: { locale: string; timeZone: string }): Format {
  const part = (at: string | number | Date, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(new Date(at));
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const dayAndMonth = { day: "numeric", month: "short" } as const;
  const calendar = (options: Intl.DateTimeFormatOptions, day: string): string =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(new Date(day.slice(0, 10)));
  const clock = (at: string | number): string => part(at, { ...time, second: "2-digit" });
  const count = (n: number): string => new Intl.NumberFormat(locale).format(n);

  function moment(at: string | number): string {
    const now = new Date();
    if (part(at, { dateStyle: "short" }) === part(now, { dateStyle: "short" })) return part(at, time);
    const sameYear = part(at, { year: "numeric" }) === part(now, { year: "numeric" });
    const day = part(at, { day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) });
    return `${day}, ${part(at, time)}`;
  }

  return {
    clock,
    clockMs: (at) => part(at, { ...time, second: "2-digit", fractionalSecondDigits: 3 }),
    moment,
    exactly: (at) => `${part(at, { dateStyle: "long" })}, ${clock(at)}`,
    dayOfYear: (when) => (when.length < 7 ? "" : calendar(when.length < 10 ? { month: "short" } : dayAndMonth, when)),
    duration,
    count,
    many: (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`,
    bytes,
  };
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log(n) / Math.log(1024)));
  return `${(n / 1024 ** step).toFixed(1).replace(/\.0$/, "")} ${units[step - 1]}`;
}
