/** Throws with what a gate found, the first sixty of it. */
export function expectNone(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${faults.length} found:\n      ${faults.slice(0, 60).join("\n      ")}`);
}
