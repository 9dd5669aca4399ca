import { list, members, text, type Got } from "./read.ts";

const problems = list(
  members({ pointer: text({ max: 400 }), message: text({ max: 1_000 }) }, { fix: text({ max: 1_000 }) }),
  50,
);
export const bridgeError = members(
  { code: text({ max: 60 }), title: text({ max: 400 }) },
  { detail: text({ max: 2_000 }), fix: text({ max: 1_000 }), problems },
);
/** Why the console did not do what a page asked: a code of the error catalogue with its words. */
export type BridgeError = Got<typeof bridgeError>;
