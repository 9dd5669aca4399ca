/** Times, numbers and sizes in the person's words. The time zone is a preference; every time shown follows it. */
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function setTimeZone(next: string): void {
  zone = next === "" || next === "system" ? Intl.DateTimeFormat().resolvedOptions().timeZone : next;
}
export const timeZone = (): string => zone;

const date = (at: string | number | Date): Date => new Date(at);
const part = (at: string | number | Date, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(date(at));

/** 14:02:11 */
export const clock = (at: string | number | Date): string =>
  part(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
/** 14:02 */
export const hourMinute = (at: string | number | Date): string => part(at, { hour: "2-digit", minute: "2-digit" });
/** 12 Mar, or 12 Mar 2025 where the year is another one. */
export function day(at: string | number | Date, now: Date = new Date()): string {
  const sameYear = part(at, { year: "numeric" }) === part(now, { year: "numeric" });
  return part(at, { day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) });
}
/** A day of the calendar, `YYYY-MM-DD`, which is the same day in every time zone. */
export function calendarDay(text: string, now: Date = new Date()): string {
  const at = new Date(`${text}T00:00:00.000Z`);
  const sameYear = text.slice(0, 4) === part(now, { year: "numeric" });
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    ...(!sameYear && { year: "numeric" }),
  }).format(at);
}
/** "12 Mar" of `2026-03-12`, "Mar" of `2026-03`, nothing of `2026`. */
export function dayOfYear(when: string): string {
  if (when.length < 7) return "";
  const parts = when.length < 10 ? ({ month: "short" } as const) : ({ day: "numeric", month: "short" } as const);
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...parts }).format(new Date(when.slice(0, 10)));
}
/** "14:02" today, "12 Mar, 14:02" otherwise. */
export function moment(at: string | number | Date, now: Date = new Date()): string {
  const isToday = part(at, { dateStyle: "short" }) === part(now, { dateStyle: "short" });
  return isToday ? hourMinute(at) : `${day(at, now)}, ${hourMinute(at)}`;
}
/** 12 March 2026, 14:02:11, as long as it gets. */
export const exactly = (at: string | number | Date): string => `${part(at, { dateStyle: "long" })}, ${clock(at)}`;
/** A moment of FHIR (`2026-04-08T09:00:00Z`) as `exactly` has it; a day, a year and all else as it stands. R4 datatypes.html#dateTime */
export const sayMoment = (text: string): string =>
  /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? exactly(text) : text;
/** 14:01:07.112 */
export const clockMs = (at: string | number | Date): string =>
  part(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

export const count = (n: number): string => new Intl.NumberFormat("en-GB").format(n);
/** "1 message", "3 messages"; the plural may be given. */
export const many = (n: number, one: string, more: string = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;

/** 340 ms, 1.4 s, 3 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log(n) / Math.log(1024)));
  return `${(n / 1024 ** step).toFixed(1).replace(/\.0$/, "")} ${units[step - 1]}`;
}

/** The first and last characters of a long hash. */
export const shortHash = (hash: string): string => (hash.length <= 14 ? hash : `${hash.slice(0, 6)}…${hash.slice(-4)}`);
/** The same of a digest that names its algorithm: `sha256:9c41…` without the name. */
export const shortDigest = (digest: string): string => shortHash(digest.replace(/^sha256:/, ""));

/** "user:ana" as a person reads it. */
export function actorName(actor: string): string {
  const [kind, ...rest] = actor.split(":");
  const name = rest.join(":");
  if (kind === "user") return name;
  if (kind === "system") return `Hilum, ${name}`;
  if (kind === "hook") return `webhook of ${name}`;
  if (kind === "plugin" || kind === "token") return `${kind} ${name}`;
  return actor;
}
