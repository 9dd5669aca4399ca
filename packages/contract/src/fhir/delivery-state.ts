import type { Communication, Extension } from "@medplum/fhirtypes";
import { causeSystem, extensionUrls } from "./systems.ts";

/**
 * Steps of a delivery, and the Communication.status each stands for:
 * queued (preparation), held by quiet hours or a limit (on-hold), sending (in-progress), sent: the provider accepted it
 * (completed), delivered: a receipt says so (completed), failed: nothing went out (not-done), cancelled after a part
 * went out (stopped), unknown: the answer was lost (unknown).
 */
export const statusByDeliveryState = {
  queued: "preparation",
  held: "on-hold",
  sending: "in-progress",
  sent: "completed",
  delivered: "completed",
  failed: "not-done",
  cancelled: "stopped",
  unknown: "unknown",
} as const satisfies Record<string, Communication["status"]>;

export type DeliveryStateName = keyof typeof statusByDeliveryState;

export interface DeliveryState {
  state: DeliveryStateName;
  /** RFC 3339 instant with a zone. */
  at: string;
  /** 1 for the first. */
  attempt: number;
  /** `<plugin id>/<instance>` that worked on it; absent while none did. */
  instance?: string;
  /** A code of the error catalogue, never a text of the provider. */
  cause?: string;
}

/** So many latest steps stay in the resource; the message's timeline keeps all. */
export const deliveryStatesMax = 50;

/** The Communication with one more step: status, `sent`, `received` and `statusReason` follow it. Changes nothing of the given one. */
export function withDeliveryState(communication: Communication, step: DeliveryState): Communication {
  const { statusReason: _former, ...rest } = communication;
  const others = (communication.extension ?? []).filter((extension) => extension.url !== extensionUrls.deliveryState);
  const steps = (communication.extension ?? []).filter((extension) => extension.url === extensionUrls.deliveryState);
  return {
    ...rest,
    status: statusByDeliveryState[step.state],
    extension: [...others, ...steps.slice(1 - deliveryStatesMax), toExtension(step)],
    ...(step.cause === undefined ? {} : { statusReason: { coding: [{ system: causeSystem, code: step.cause }] } }),
    ...(step.state === "sent" ? { sent: step.at } : {}),
    ...(step.state === "delivered" ? { received: step.at } : {}),
  };
}

/** The steps that the Communication carries, oldest first. */
export function deliveryStates(communication: Communication): DeliveryState[] {
  return (communication.extension ?? []).flatMap((extension) =>
    extension.url === extensionUrls.deliveryState ? (toStep(extension) ?? []) : [],
  );
}

function toExtension(step: DeliveryState): Extension {
  return {
    url: extensionUrls.deliveryState,
    extension: [
      { url: "state", valueCode: step.state },
      { url: "at", valueInstant: step.at },
      { url: "attempt", valuePositiveInt: step.attempt },
      ...(step.instance === undefined ? [] : [{ url: "instance", valueString: step.instance }]),
      ...(step.cause === undefined ? [] : [{ url: "cause", valueCode: step.cause }]),
    ],
  };
}

function toStep(extension: Extension): DeliveryState | undefined {
  const part = (url: string): Extension | undefined => extension.extension?.find((one) => one.url === url);
  const [state, at, attempt] = [part("state")?.valueCode, part("at")?.valueInstant, part("attempt")?.valuePositiveInt];
  if (state === undefined || !Object.hasOwn(statusByDeliveryState, state) || at === undefined || attempt === undefined)
    return undefined;
  const [instance, cause] = [part("instance")?.valueString, part("cause")?.valueCode];
  return {
    state: state as DeliveryStateName,
    at,
    attempt,
    ...(instance === undefined ? {} : { instance }),
    ...(cause === undefined ? {} : { cause }),
  };
}
