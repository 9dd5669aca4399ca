/** One line of the table of figures. */
export interface Row {
  figure: string;
  value: number;
  unit: string;
  /** A comparison that the value must satisfy, such as ">= 60,000" or "< 1.0". */
  budget?: string;
  /** What the value stands beside, measured in the same run, and value divided by it. */
  beside?: { peer: string; ratio: number };
}

/** A figure that could not be measured on this machine, and why. */
export interface Skipped {
  figure: string;
  reason: string;
}

/** Whether a row keeps its budget; undefined for one without. */
export function isMet({ value, budget }: Row): boolean | undefined {
  const [, comparison, limitText = ""] = /^(>=|<=|>|<)\s*([\d.,]+)/.exec(budget ?? "") ?? [];
  const limit = Number(limitText.replaceAll(",", ""));
  switch (comparison) {
    case ">=":
      return value >= limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case "<":
      return value < limit;
    default:
      return undefined;
  }
}

/** The value below which `share` of the values lie. */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

export const median = (values: Iterable<number>): number => percentile(values, 0.5);

/** The most telling row of an area beside its peer. */
export const beside = (peer: string, value: number, peerValue: number): { peer: string; ratio: number } => ({
  peer,
  ratio: value / peerValue,
});
