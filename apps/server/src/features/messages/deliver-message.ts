import { HilumError, type SendResult, type WireErrorData } from "@hilum/contract";
import { messageText } from "@hilum/contract/fhir";
import type { AttemptOutcome, AttemptReport, ClaimedMessage, InstanceKey, RouteRow, Store } from "@hilum/store";
import { blameOf, decideOutcome } from "./after-attempt.ts";
import { judgeFailure, pauseAfter, roundsMax } from "./attempt-verdict.ts";
import type { Circuits, CircuitVerdict } from "./circuits.ts";
import { chooseTarget, orderFrom, type Choice, type Standing } from "./route-order.ts";

/** Hands one message to an instance; the audit entries and the deadline are the host's. */
export type SendMessage = (
  to: InstanceKey,
  message: {
    id: string;
    communication: Record<string, unknown>;
    attempt: number;
    maybeSentSince?: string;
    attachments: Awaited<ReturnType<typeof describeAttachments>>;
  },
) => Promise<SendResult>;

export interface DeliveryParts {
  store: Pick<Store, "messages" | "blobs">;
  /** Boot id of this process. */
  owner: string;
  send: SendMessage;
  /** Whether the instance can be asked for this message now, its circuit left aside. */
  standing(to: InstanceKey, message: Pick<ClaimedMessage, "testMode">): Standing;
  circuits: Circuits;
  /** The words of a failure that a plugin reported. */
  failureData(error: unknown): WireErrorData | undefined;
  now(): Date;
  random(): number;
}

const routeNone = { code: "route.none", cause: "configuration" } as const;

/**
 * Goes one step with a message that this process holds: one attempt at the next provider of its route that can be asked,
 * or a wait. The attempt is durable before the provider is asked.
 */
export async function deliverMessage(
  parts: DeliveryParts,
  message: ClaimedMessage,
  route: RouteRow | undefined,
): Promise<void> {
  const { store, owner, now } = parts;
  const { position } = message;
  if (route === undefined) {
    const told = message.code === routeNone.code;
    await store.messages.defer(message.id, owner, later(now(), 30_000), routeNone, { told });
    return;
  }
  const order = orderFrom(position, route.targets);
  if (order === undefined) {
    await store.messages.giveUp(message.id, owner, { code: "plugin.link_lost", cause: "other" }, "uncertain");
    return;
  }
  const standingOf = (key: InstanceKey): Standing => readStanding(parts, key, message);
  const choice = chooseTarget(order, standingOf);
  if (choice.to === undefined) await waitOrGiveUp(parts, message, choice);
  else await tryProvider(parts, message, { ...choice, to: choice.to, standingOf });
}

/** How the instance stands, its circuit included. */
function readStanding({ standing, circuits }: DeliveryParts, key: InstanceKey, message: ClaimedMessage): Standing {
  const own = standing(key, message);
  const until = own.ask ? circuits.closedUntil(key) : undefined;
  return until === undefined ? own : { ask: false, code: "route.paused", cause: "provider_down", soon: true, until };
}

type Attempt = Choice & { to: InstanceKey; standingOf(key: InstanceKey): Standing };

async function tryProvider(
  parts: DeliveryParts,
  message: ClaimedMessage,
  { to, passedOver, rest, standingOf }: Attempt,
): Promise<void> {
  const { store, owner, send, circuits, failureData, now, random } = parts;
  const { id, position, maybeSentSince } = message;
  let blame: CircuitVerdict = "nothing";
  // Before anything is waited for: of many messages at once only one may be the probe.
  circuits.begin(to);
  try {
    const communication = JSON.parse(message.body) as Record<string, unknown>;
    const attachments = await describeAttachments(store, communication);
    const attempt = await store.messages.startAttempt(id, owner, to, reasonOf(passedOver));
    const startedAt = performance.now();
    const doubt = maybeSentSince === undefined ? {} : { maybeSentSince };
    const outcome = await send(to, { id, communication, attempt, attachments, ...doubt }).then(
      (result): AttemptOutcome => ({ state: "sent", ...describeResult(result) }),
      (error: unknown): AttemptOutcome => {
        const verdict = judgeFailure(error, position.rounds + 1, failureData(error), random());
        blame = blameOf(verdict);
        const others = chooseTarget(rest, standingOf);
        const othersComeBack = [...passedOver, ...others.passedOver].some(({ soon }) => soon);
        return decideOutcome(verdict, { position, next: others.to, othersComeBack, now: now(), random: random() });
      },
    );
    if (outcome.state === "sent") blame = "works";
    // Before it is written down: the next message should know.
    circuits.settle(to, blame);
    await store.messages.finishAttempt(id, attempt, {
      ...outcome,
      durationMs: Math.round(performance.now() - startedAt),
    });
  } catch (error) {
    circuits.settle(to, "nothing");
    throw error;
  }
}

/** Nobody can be asked now. A round in which somebody was asked before ends here; else the message waits for the first to come back. */
async function waitOrGiveUp(parts: DeliveryParts, message: ClaimedMessage, { passedOver }: Choice): Promise<void> {
  const { store, owner, now, random } = parts;
  const { id, position, code } = message;
  const why = reasonOf(passedOver) ?? routeNone;
  if (position.next === undefined || position.only === true) {
    const soonest = Math.min(...passedOver.map(({ until }) => until ?? Number.POSITIVE_INFINITY));
    const notRunning = now().getTime() + 5_000 + random() * 5_000;
    const until = new Date(Number.isFinite(soonest) ? Math.max(soonest, now().getTime() + 100) : notRunning);
    await store.messages.defer(id, owner, until.toISOString(), why, { told: code === why.code });
    return;
  }
  const rounds = position.rounds + 1;
  const last = { ...why, ...(code === undefined ? {} : { code }) };
  const hopeless = position.mayRecover !== true && !passedOver.some(({ soon }) => soon);
  if (hopeless || rounds >= roundsMax) await store.messages.giveUp(id, owner, last);
  else await store.messages.defer(id, owner, later(now(), pauseAfter(rounds, random())), why, { position: { rounds } });
}

/** Why the first choice is not asked. */
function reasonOf([first]: Choice["passedOver"]): Pick<AttemptReport, "code" | "cause"> | undefined {
  return first === undefined ? undefined : { code: first.code, cause: first.cause };
}

function describeResult({ reply, refused = [] }: SendResult): { reply?: string; detail?: string; cause?: "recipient" } {
  const partly =
    refused.length === 0
      ? {}
      : { detail: `The provider refused ${refused.length} of the recipients.`, cause: "recipient" as const };
  return { ...partly, ...(reply === undefined ? {} : { reply }) };
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
