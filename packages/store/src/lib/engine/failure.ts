import type { ErrorCode } from "@hilum/contract";
import { HilumError } from "@hilum/contract/errors";

/** Why a statement or a commit failed, as plain data that passes between threads. Holds no values of rows. */
export interface Failure {
  kind: "unique" | "reference" | "corrupt" | "noSpace" | "unavailable" | "newer" | "bug";
  /** For the log. */
  message: string;
  /** The file it is about. */
  file?: string;
}

/** Carries a Failure through a call stack. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, { cause });
    this.name = "FailureError";
    this.failure = failure;
  }
}

const codes: Record<Failure["kind"], ErrorCode> = {
  unique: "request.conflict",
  reference: "request.conflict",
  corrupt: "data.corrupt",
  noSpace: "data.no_space",
  unavailable: "store.unavailable",
  newer: "data.newer",
  bug: "server.internal",
};

/** The error that leaves the store. */
export function toHilumError(failure: Failure): HilumError {
  const cause = new FailureError(failure);
  const detail = describe(failure);
  return new HilumError(codes[failure.kind], detail === undefined ? { cause } : { cause, detail });
}

function describe({ kind, file, message }: Failure): string | undefined {
  if (kind === "newer" || (kind === "corrupt" && file === undefined)) return message;
  if (file === undefined) return undefined;
  if (kind === "corrupt") return `The database file ${file} is damaged.`;
  if (kind === "noSpace") return `The disk of ${file} is full.`;
  if (kind === "unavailable") return `The database file ${file} cannot be read or written.`;
  return undefined;
}
