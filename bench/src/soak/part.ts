/** What a long run is told, and where it says how far it is. */
export interface SoakRun {
  /** How much: messages, kills, calls or entries; every part has its own default. */
  count: number;
  /** Ends the run at its next step; what was measured until then is still shown. */
  signal: AbortSignal;
  /** A person's line about how far it is. */
  progress(text: string): void;
  /** Adds a line to the part's table. */
  report(line: Readonly<Record<string, string | number>>): void;
}

export interface SoakPart {
  /** What it proves, in one line. */
  about: string;
  /** What `count` counts. */
  unit: string;
  count: number;
  run(run: SoakRun): Promise<void>;
}

/** The steps of a run, each with its end; a run of few has fewer steps. */
export function* stepsOf(count: number, steps = 10): Generator<{ until: number; size: number }> {
  let done = 0;
  for (let step = 1; step <= steps; step += 1) {
    const until = Math.round((count * step) / steps);
    if (until > done) yield { until, size: until - done };
    done = until;
  }
}
