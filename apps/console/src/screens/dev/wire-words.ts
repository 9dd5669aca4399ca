import type { WireFrame } from "@hilum/contract/api";

export const directionWords: Record<WireFrame["direction"], string> = {
  to_plugin: "To the plugin",
  from_plugin: "From the plugin",
};

export const kindWords: Record<WireFrame["kind"], string> = {
  request: "Request",
  result: "Answer",
  error: "Error",
  notification: "Notice",
};

/** Why a frame cannot be handed over again, as a sentence. */
export const notReplayableWords: Record<NonNullable<WireFrame["notReplayable"]>, string> = {
  not_to_plugin: "The plugin sent it: only what Hilum sent can be handed over again.",
  not_a_request: "It asks for nothing: only requests can be handed over again.",
  method: "Requests of this method belong to their moment and are not handed over again.",
  too_long: "It was longer than is kept, so it cannot be sent again as it was.",
};
