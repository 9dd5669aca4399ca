import type { Failure } from "../failure.ts";

// SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
const uniqueViolation = "23505";
const foreignKeyViolation = "23503";
const serializationFailure = "40001";
const deadlock = "40P01";
const diskFull = "53100";

/** True when the same transaction may succeed when it runs again. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return state === serializationFailure || state === deadlock;
}

/** True when a constraint refused the statement: the connection is well. */
export function constraintOf(error: unknown): "unique" | "reference" | undefined {
  const state = sqlState(error);
  if (state === uniqueViolation) return "unique";
  if (state === foreignKeyViolation) return "reference";
  return undefined;
}

/** Connection trouble of every kind is `unavailable`; what PostgreSQL says of its own disk or pages keeps its kind. */
export function postgresFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const state = sqlState(error);
  if (state === diskFull) return { kind: "noSpace", message };
  if (state === undefined) return { kind: "unavailable", message };
  // 08 connection, 53 resources, 57 operator intervention, 58 system, 3D no such database, 28 authorization
  if (/^(?:08|53|57|58|3D|28)/.test(state)) return { kind: "unavailable", message };
  if (state.startsWith("XX")) return { kind: "corrupt", message };
  return { kind: "bug", message };
}

function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && "severity" in error ? error.code : undefined;
}
