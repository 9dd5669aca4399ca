import type { AuditInput } from "@hilum/audit";
import { HilumError, isHilumError } from "@hilum/contract";
import { operations, type OperationId } from "@hilum/contract/api";
import { createCallIds, type Governor } from "@hilum/host";
import type { FastifyInstance } from "fastify";
import { createApp, type AppOptions } from "./http/app.ts";
import { decideRequest } from "./http/decide-request.ts";
import type { Handlers } from "./http/request.ts";
import { isSealed, type OpenedData } from "./open-data.ts";

export interface SealedStart {
  app: FastifyInstance;
  /** Resolves once somebody gave the passphrase, or the key server answered; rejects when the data cannot be opened at all. */
  opened: Promise<OpenedData>;
  /** What was asked of it, for the audit log, which cannot be written before the data is open. */
  entries(): AuditInput[];
  /** Stops trying. The listener is closed by whoever opened it. */
  close(): void;
}

/** How often a key server is asked again. */
const againMs = 10_000;
const freeTries = 3;
const waitMaxMs = 60_000;
const entriesMax = 1_000;
/** What is served without a key: whether it is sealed, and the way to change it. */
const served: ReadonlySet<string> = new Set(["/api/v1/health", "/api/v1/unseal"]);

/** The HTTPS application of a server whose data cannot be read yet: the console's files, its health, and one operation. */
export async function startSealed(
  options: Pick<AppOptions, "tls" | "consoleDir" | "log" | "publicUrl" | "ownOrigins">,
  open: (passphrase?: string) => Promise<OpenedData>,
): Promise<SealedStart> {
  const { log } = options;
  const { promise, resolve, reject } = Promise.withResolvers<OpenedData>();
  const attempts = createAttempts();
  let over = false;

  const attempt = async (passphrase?: string): Promise<void> => {
    try {
      const data = await open(passphrase);
      over = true;
      resolve(data);
    } catch (error) {
      if (isSealed(error)) throw error;
      over = true;
      reject(error);
      throw error;
    }
  };
  const timer = setInterval(() => {
    // A passphrase is not asked of nobody again and again; a key server is.
    if (!over)
      void attempts.alone(() => attempt()).catch((error: unknown) => log.debug("keys.still_sealed", whyOf(error)));
  }, againMs);
  timer.unref();
  void promise.catch(() => undefined).finally(() => clearInterval(timer));

  const audit = keepEntries();
  const app = await createApp({
    ...options,
    governor: audit.governor,
    credentials: { session: async () => undefined, apiToken: async () => undefined },
    handlers: sealedHandlers(async (passphrase) => {
      if (over) throw new HilumError("key.not_sealed");
      await attempts.guess(() => attempt(passphrase));
    }),
    recordRef: () => "",
    purposeUnderGlass: () => Promise.resolve(undefined),
    keepReason: async () => undefined,
    nextCall: createCallIds(),
    decide: decideRequest,
    findPage: () => undefined,
    observe: () => undefined,
    refuse: (path) => {
      if (!served.has(path) && !isConsole(path)) throw new HilumError("key.sealed");
    },
  });
  return { app, opened: promise, entries: audit.entries, close: () => clearInterval(timer) };
}

function isConsole(path: string): boolean {
  return path === "/" || path === "/admin" || path.startsWith("/admin/");
}

function sealedHandlers(unseal: (passphrase: string | undefined) => Promise<void>): Handlers {
  const sealed = () => Promise.reject(new HilumError("key.sealed"));
  const none: Partial<Record<OperationId, typeof sealed>> = {};
  for (const { id } of operations) none[id] = sealed;
  return {
    ...(none as Record<OperationId, typeof sealed>),
    getHealth: async () => ({ status: 503, body: { status: "sealed" } }),
    unseal: async (_context, { body }) => {
      await unseal(body.passphrase);
      return { status: 200, body: { status: "opening" } };
    },
  };
}

/** One at a time, and slower with each wrong one: what is guessed here is guessed against Argon2id and a clock. */
function createAttempts(now: () => number = Date.now) {
  let last: Promise<unknown> = Promise.resolve();
  let wrong = 0;
  let notBefore = 0;
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const guess = (work: () => Promise<void>): Promise<void> =>
    alone(async () => {
      const waitMs = notBefore - now();
      if (waitMs > 0)
        throw new HilumError("request.too_many", { detail: "Too many wrong passphrases.", retryAfterMs: waitMs });
      try {
        await work();
      } catch (error) {
        if (isHilumError(error) && error.code === "key.passphrase_wrong") {
          wrong += 1;
          if (wrong >= freeTries) notBefore = now() + Math.min(waitMaxMs, 1_000 * 2 ** (wrong - freeTries));
        }
        throw error;
      }
    });
  return { alone, guess };
}

/** The oldest make room: what matters most is who opened it, and that is the newest. */
function keepEntries(): { governor: Governor; entries(): AuditInput[] } {
  const kept: AuditInput[] = [];
  let dropped = 0;
  const keep = async (entry: AuditInput): Promise<{ index: number }> => {
    if (kept.push({ ...entry }) > entriesMax) {
      kept.shift();
      dropped += 1;
    }
    return { index: -1 };
  };
  return {
    governor: { audit: { append: keep }, denials: { deny: async (entry) => void (await keep(entry)) } },
    entries: () =>
      dropped === 0
        ? kept
        : [
            {
              kind: "note",
              call: "sealed",
              actor: "system:sealed",
              action: "unseal",
              reason: "folded",
              count: dropped,
            },
            ...kept,
          ],
  };
}

function whyOf(error: unknown): { code: string } {
  return { code: isHilumError(error) ? error.code : "server.internal" };
}
