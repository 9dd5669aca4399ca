import type { KeyObject } from "node:crypto";
import { verifyAuditLog, type AuditLog } from "@hilum/audit";
import { HilumError, type Context, type Log } from "@hilum/contract";
import type { Verification } from "@hilum/contract/api";
import type { Verifications } from "@hilum/store";
import { makeId } from "../../make-id.ts";

/** A report names at most so many places; the log is broken at the first. */
const problemsMax = 100;

export interface VerificationsService {
  /** Starts one, or answers the one that runs. */
  start(context: Context): Promise<Verification>;
  read(id: string): Promise<Verification>;
  cancel(id: string): Promise<Verification>;
  last(): Promise<Verification | undefined>;
  close(): Promise<void>;
}

type Running = { verification: Verification; abort: AbortController; finished: Promise<void> };

export function createVerificationsService({
  log,
  dir,
  publicKey,
  verifications,
  processLog,
}: {
  log: AuditLog;
  dir: string;
  publicKey: KeyObject;
  verifications: Verifications;
  processLog: Log;
}): VerificationsService {
  let running: Running | undefined;

  async function run(verification: Verification, abort: AbortController): Promise<void> {
    try {
      // Everything durable now is under a checkpoint, so the report speaks of all of it.
      await log.checkpoint();
      const report = await verifyAuditLog({
        dir,
        origin: log.status().origin,
        publicKey,
        signal: abort.signal,
        onProgress: (done, total) => Object.assign(verification, { done, total }),
      });
      const problems = report.problems.slice(0, problemsMax).map(({ kind, index, file, expected, found, message }) => ({
        kind,
        file,
        message,
        ...(index === undefined ? {} : { index }),
        ...(expected === undefined ? {} : { expected }),
        ...(found === undefined ? {} : { found }),
      }));
      Object.assign(verification, {
        state: "done",
        ok: report.ok,
        size: report.size,
        root: report.root,
        problems,
        done: report.entries,
      });
    } catch (error) {
      const cancelled = abort.signal.aborted;
      Object.assign(
        verification,
        cancelled
          ? { state: "cancelled" }
          : {
              state: "done",
              ok: false,
              problems: [{ kind: "unreadable", file: ".", message: "The log could not be read to its end." }],
            },
      );
      if (!cancelled)
        processLog.error("audit.verification_failed", { reason: error instanceof Error ? error.name : "unknown" });
    }
    verification.finishedAt = new Date().toISOString();
    await verifications.save(verification);
  }

  return {
    async start(context) {
      if (running?.verification.state === "running") return running.verification;
      const verification: Verification = {
        id: makeId(),
        state: "running",
        startedAt: context.now().toISOString(),
        by: context.actor.id,
        done: 0,
        total: log.size,
        problems: [],
      };
      await verifications.save(verification);
      const abort = new AbortController();
      running = { verification, abort, finished: run(verification, abort) };
      return verification;
    },
    async read(id) {
      const found = running?.verification.id === id ? running.verification : await verifications.find(id);
      if (found === undefined) throw new HilumError("request.not_found", { detail: "There is no such verification." });
      // It ran in a process that has ended since.
      return found.state === "running" && found !== running?.verification ? { ...found, state: "cancelled" } : found;
    },
    async cancel(id) {
      if (running?.verification.id === id) {
        running.abort.abort();
        await running.finished;
      }
      return await this.read(id);
    },
    async last() {
      const last = await verifications.last();
      return last === undefined ? undefined : await this.read(last.id);
    },
    async close() {
      running?.abort.abort();
      await running?.finished;
    },
  };
}
