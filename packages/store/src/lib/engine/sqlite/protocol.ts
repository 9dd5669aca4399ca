import type { KeyMaterial } from "../../crypto/keyring.ts";
import type { Failure } from "../failure.ts";
import type { Migration } from "../migrate.ts";
import type { Row, Statement, Unit, UnitOutcome } from "../statement.ts";

/** What a database thread is started with. */
export interface ThreadData {
  path: string;
  mode: "writer" | "reader";
  /** For the writer. */
  migrations: readonly Migration[];
  now: string;
}

/** Sent in arrays, one array per tick. */
export type ThreadRequest =
  | { id: number; kind: "unit"; unit: Unit }
  | { id: number; kind: "read"; statement: Statement }
  | { id: number; kind: "begin" }
  | { id: number; kind: "run"; unit: Unit }
  | { id: number; kind: "end"; keep: boolean }
  | { id: number; kind: "keys"; material: KeyMaterial }
  | { id: number; kind: "walBytes" }
  | { id: number; kind: "close" };

export type ThreadValue = UnitOutcome | Row[] | number | null;
/** Answers in arrays; the first message of a thread answers id 0: it is open, or why it is not. */
export type ThreadReply = { id: number; value: ThreadValue } | { id: number; failure: Failure };
