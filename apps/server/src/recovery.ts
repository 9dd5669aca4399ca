import type { AuditLog } from "@hilum/audit";

/**
 * Gives every intent that a crash left open its outcome: `unknown`, for nobody can tell how far it got. What the store
 * proves about messages is told by their own timelines.
 */
export async function closeOpenIntents(log: AuditLog): Promise<number> {
  const open = log.openIntents();
  await Promise.all(
    open.map(({ entry: { v: _v, at: _at, mono: _mono, boot: _boot, ...intent } }) =>
      log.append({ ...intent, kind: "outcome", outcome: "unknown", reason: "recovered" }),
    ),
  );
  return open.length;
}
