import { HilumError, type Log, type SendResult, type WireErrorData } from "@hilum/contract";
import type { AttemptOutcome, ClaimedMessage, InstanceKey, RouteRow, Store } from "@hilum/store";
import { messageText } from "@hilum/contract/fhir";
import { judgeFailure, type Verdict } from "./attempt-verdict.ts";

/** Messages taken at once, and how long they are ours before another process may take them over. */
const batch = 64;
const leaseMs = 120_000;
/** Attempts under way at once in this process; what a plugin itself takes at once is its own admission queue. */
const underWayMax = 128;
/** How long to sleep when nothing is due: other processes accept messages too. */
const idleMs = 5_000;

/** Hands one message to an instance; the audit entries and the deadline are the host's. */
export type SendMessage = (
  to: InstanceKey,
  message: {
    id: string;
    communication: Record<string, unknown>;
    attempt: number;
    attachments: Awaited<ReturnType<AttachmentsOf>>;
  },
) => Promise<SendResult>;
type AttachmentsOf = (
  ids: readonly string[],
  named: ReadonlyMap<string, string>,
) => Promise<{ id: string; contentType: string; title: string; size: number }[]>;

export interface DispatcherParts {
  store: Pick<Store, "messages" | "routes" | "blobs">;
  /** Boot id of this process. */
  owner: string;
  /** True where no other process works on this store: what others claimed is left over from a crash. */
  single: boolean;
  send: SendMessage;
  /** Whether the instance can be asked now. */
  ready(to: InstanceKey): boolean;
  /** Whether the instance is in test mode, where it is handed test messages alone. */
  takesTestsOnly(to: InstanceKey): boolean;
  /** The words of a failure that a plugin reported. */
  failureData(error: unknown): WireErrorData | undefined;
  log: Log;
  now?(): Date;
  random?(): number;
}

export interface Dispatcher {
  /** There may be work now. */
  wake(): void;
  /** Takes up what a crash left behind, then works until `close`. */
  start(): Promise<void>;
  /** Takes nothing new and waits for what is under way. */
  close(): Promise<void>;
}

/**
 * Moves accepted messages to their providers. The attempt is durable before the provider is asked, so a crash leaves a
 * trace of everything that may have gone out; such a message is tried again and says that it may arrive twice.
 */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { store, owner, log, now = () => new Date() } = parts;
  const underWay = new Set<Promise<void>>();
  let closing = false;
  let wakeUp: (() => void) | undefined;
  let pending = false;
  let running: Promise<void> = Promise.resolve();
  let upkeep: NodeJS.Timeout | undefined;
  const held = new Set<string>();

  async function run(): Promise<void> {
    while (!closing) {
      pending = false;
      const room = underWayMax - underWay.size;
      const claimed =
        room <= 0
          ? []
          : await store.messages.claim(owner, Math.min(batch, room), leaseMs).catch((error: unknown) => waitOut(error));
      if (claimed.length > 0) {
        const routes = store.routes.list();
        for (const message of claimed) track(message.id, deliver(parts, message, routes, now));
      }
      if (claimed.length === 0 || underWay.size >= underWayMax) await rest();
    }
  }

  function waitOut(error: unknown): ClaimedMessage[] {
    log.warn("messages.claim_failed", { code: error instanceof HilumError ? error.code : "unknown" });
    return [];
  }

  function track(id: string, work: Promise<void>): void {
    held.add(id);
    const done = work
      .catch((error: unknown) =>
        log.error("messages.attempt_failed", { code: error instanceof HilumError ? error.code : "unknown" }),
      )
      .finally(() => {
        underWay.delete(done);
        held.delete(id);
        wake();
      });
    underWay.add(done);
  }

  async function rest(): Promise<void> {
    if (pending || closing) return;
    const due = underWay.size > 0 ? undefined : await store.messages.nextDue().catch(() => undefined);
    const waitMs = Math.max(20, Math.min(idleMs, due === undefined ? idleMs : Date.parse(due) - now().getTime()));
    if (pending || closing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wakeUp = undefined;
  }

  function wake(): void {
    pending = true;
    wakeUp?.();
  }

  /** At least once: what a crash cut off is tried again under the same idempotency key, and stays marked as perhaps sent twice. */
  async function takeOver(which: "all" | "expired"): Promise<void> {
    for (const { id, attempt } of await store.messages.recoverClaims(owner, which))
      await store.messages.finishAttempt(id, attempt, {
        state: "retrying",
        nextAttemptAt: now().toISOString(),
        code: "plugin.link_lost",
        cause: "other",
        detail: "Hilum stopped during this attempt, so the message may have gone out. It is tried again.",
      });
  }

  async function maintain(): Promise<void> {
    if (held.size > 0) await store.messages.renewClaims(owner, [...held], leaseMs);
    if (!parts.single) await takeOver("expired");
  }

  return {
    wake,
    async start() {
      await takeOver(parts.single ? "all" : "expired");
      running = run();
      upkeep = setInterval(() => void maintain().catch(waitOut), leaseMs / 4).unref();
    },
    async close() {
      closing = true;
      clearInterval(upkeep);
      wake();
      await running;
      await Promise.all(underWay);
    },
  };
}

async function deliver(
  { store, owner, send, ready, takesTestsOnly, failureData, random = Math.random }: DispatcherParts,
  message: ClaimedMessage,
  routes: Promise<readonly RouteRow[]>,
  now: () => Date,
): Promise<void> {
  const route = (await routes).find(({ channel }) => channel === message.channel);
  if (route === undefined) {
    await store.messages.defer(message.id, owner, later(now(), 30_000), { code: "route.none", cause: "configuration" });
    return;
  }
  const to = { plugin: route.plugin, instance: route.instance };
  if (!ready(to)) {
    await store.messages.defer(message.id, owner, later(now(), 5_000 + random() * 5_000), {
      code: "plugin.not_running",
      cause: "plugin",
    });
    return;
  }
  if (takesTestsOnly(to) && !message.testMode) {
    await store.messages.defer(message.id, owner, later(now(), 30_000), {
      code: "agreement.test_mode",
      cause: "configuration",
    });
    return;
  }
  const communication = JSON.parse(message.body) as Record<string, unknown>;
  const attachments = await describeAttachments(store, communication);
  const attempt = await store.messages.startAttempt(message.id, owner, to);
  const startedAt = performance.now();
  const outcome = await send(to, { id: message.id, communication, attempt, attachments }).then(
    (result): AttemptOutcome => ({ state: "sent", ...describeResult(result) }),
    (error: unknown): AttemptOutcome => outcomeOf(judgeFailure(error, attempt, failureData(error), random()), now()),
  );
  await store.messages.finishAttempt(message.id, attempt, {
    ...outcome,
    durationMs: Math.round(performance.now() - startedAt),
  });
}

function describeResult({ reply, refused = [] }: SendResult): { reply?: string; detail?: string; cause?: "recipient" } {
  const partly =
    refused.length === 0
      ? {}
      : { detail: `The provider refused ${refused.length} of the recipients.`, cause: "recipient" as const };
  return { ...partly, ...(reply === undefined ? {} : { reply }) };
}

function outcomeOf({ next, delayMs, cause, code, fix, reply }: Verdict, at: Date): AttemptOutcome {
  const said = { cause, code, ...(fix === undefined ? {} : { fix }), ...(reply === undefined ? {} : { reply }) };
  if (next === "dead" || next === "uncertain") return { state: next, ...said };
  return { state: "retrying", nextAttemptAt: later(at, delayMs), ...said };
}

async function describeAttachments(store: Pick<Store, "blobs">, communication: Record<string, unknown>) {
  const files = messageText(communication as unknown as Parameters<typeof messageText>[0]).attachments;
  return await Promise.all(
    files.map(async ({ url, contentType, title }) => {
      const id = url.replace(/^Binary\//, "");
      const blob = await store.blobs.find(id);
      if (blob === undefined) throw new HilumError("blob.not_found");
      return { id, contentType, title: title ?? "attachment", size: blob.size };
    }),
  );
}

const later = (at: Date, ms: number): string => new Date(at.getTime() + ms).toISOString();
