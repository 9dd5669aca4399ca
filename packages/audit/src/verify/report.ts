/** What can be wrong with a log. */
export type VerifyProblemKind =
  | "checkpoint_invalid"
  | "segment_missing"
  | "segment_header_changed"
  | "frame_changed"
  | "entry_changed"
  | "index_gap"
  | "truncated"
  | "unsigned_tail"
  | "tile_changed"
  | "tile_missing"
  | "bundle_changed"
  | "bundle_missing"
  | "root_mismatch";

/** One place where the log is not what was signed. */
export interface VerifyProblem {
  kind: VerifyProblemKind;
  /** The first entry concerned, where one can be named. */
  index?: number;
  /** Path below the log's directory. */
  file: string;
  expected?: string;
  found?: string;
  message: string;
}

export interface VerifyReport {
  ok: boolean;
  /** Entries found in the segments, those after the checkpoint included. */
  entries: number;
  /** Entries that the checkpoint signs. */
  size: number;
  /** Root over the first `size` entries as computed from the segments, in base64. */
  root: string;
  /** The signed note, as stored. */
  checkpoint: string;
  checked: { entries: number; tiles: number; checkpoints: number };
  problems: VerifyProblem[];
  /** True where there were more problems than are listed. */
  truncatedProblems: boolean;
}

const PROBLEMS_MAX = 200;

/** Collects problems, and knows which entries were changed so that what merely follows from that is not told twice. */
export interface ProblemList {
  add(problem: VerifyProblem): void;
  /** Adds a damaged commit that holds the entries from `problem.index` up to `end`. */
  addFrame(problem: VerifyProblem, end: number): void;
  hasChangedEntry(from: number, to: number): boolean;
  readonly count: number;
  /** In order of index, without frames whose changed entry is named. */
  finish(): { problems: VerifyProblem[]; truncatedProblems: boolean };
}

export function createProblemList(): ProblemList {
  const problems: VerifyProblem[] = [];
  const changed: number[] = [];
  const damagedFrames = new Map<VerifyProblem, number>();
  let count = 0;

  return {
    add,
    addFrame(problem, end) {
      damagedFrames.set(problem, end);
      add(problem);
    },
    hasChangedEntry,
    get count() {
      return count;
    },
    finish() {
      const told = problems.filter((problem) => !hasChangedEntry(problem.index ?? 0, damagedFrames.get(problem) ?? 0));
      return {
        problems: told.toSorted((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity)),
        truncatedProblems: count > problems.length,
      };
    },
  };

  function add(problem: VerifyProblem): void {
    count += 1;
    if (problem.kind === "entry_changed" && problem.index !== undefined) changed.push(problem.index);
    if (problems.length < PROBLEMS_MAX) problems.push(problem);
  }

  function hasChangedEntry(from: number, to: number): boolean {
    return changed.some((index) => index >= from && index < to);
  }
}
