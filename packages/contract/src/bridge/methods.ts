import type { OperationId } from "../api/index.ts";
import { exactly, flag, list, members, oneOf, text, whole, type Got, type Read } from "./read.ts";
import {
  checkedConfig,
  config,
  health,
  message,
  messages,
  messageState,
  pageActions,
  place,
  secretNamesAsked,
  settingValues,
  setup,
  smoke,
} from "./views.ts";

/**
 * When the console asks the person before it does what a page wants (threat 145): `never` for reads; `gesture` where a
 * click or key in the frame a moment ago is enough; `always` where not even that is. It asks outside the frame.
 */
export type Asks = "never" | "gesture" | "always";

export interface BridgeMethod<Params = unknown, Result = unknown> {
  params: Read<Params>;
  result: Read<Result>;
  asks: Asks;
  /** The operation of the HTTP API that does it, with the person's own session; none where the console does it alone. */
  operation?: OperationId;
}

const method = <Params, Result>(spec: BridgeMethod<Params, Result>): BridgeMethod<Params, Result> => spec;
const nothing = exactly({});
const done = members({ done: flag });
const id = text({ max: 60, min: 1 });
const line = (max: number): Read<string> => text({ max, min: 1, form: /^[^\r\n]*$/ });

/** Settings as a form has them. Secrets are only named: the console asks for their values itself, outside the frame. */
const drafted = { values: settingValues };
const secrets = { secrets: secretNamesAsked };

/** Everything that a page may ask of the console, about its own instance alone. */
export const bridgeMethods = {
  "config.read": method({ params: nothing, result: config, asks: "never", operation: "getSettings" }),
  "config.test": method({
    params: exactly(drafted, secrets),
    result: checkedConfig,
    asks: "gesture",
    operation: "testSettings",
  }),
  "config.save": method({
    params: exactly({ ...drafted, revision: whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) }, secrets),
    result: config,
    asks: "always",
    operation: "saveSettings",
  }),
  "health.read": method({ params: nothing, result: health, asks: "never", operation: "getPluginHealth" }),
  "health.check": method({ params: nothing, result: health, asks: "gesture", operation: "checkPluginHealth" }),
  "smoke.run": method({
    params: exactly({}, { tests: list(id, 50) }),
    result: smoke,
    asks: "gesture",
    operation: "runSmokeTests",
  }),
  "messages.list": method({
    params: exactly({}, { state: messageState, cursor: text({ max: 400 }), limit: whole({ min: 1, max: 50 }) }),
    result: messages,
    asks: "never",
    operation: "listMessages",
  }),
  "messages.read": method({
    params: exactly({ message: id }),
    result: message,
    asks: "gesture",
    operation: "getMessage",
  }),
  "setup.read": method({ params: nothing, result: setup, asks: "never", operation: "getSetup" }),
  "setup.answer": method({
    params: exactly({ step: id, ...drafted }, { ...secrets, option: id }),
    result: setup,
    asks: "gesture",
    operation: "answerSetupStep",
  }),
  "setup.finish": method({ params: nothing, result: config, asks: "always", operation: "finishSetup" }),
  "setup.restart": method({ params: nothing, result: setup, asks: "always", operation: "restartSetup" }),
  action: method({ params: exactly({ action: oneOf(pageActions) }), result: done, asks: "always" }),
  "ui.toast": method({ params: exactly({ text: line(200) }), result: done, asks: "never" }),
  "ui.navigate": method({ params: exactly({ to: place }), result: done, asks: "gesture" }),
  "ui.confirm": method({
    params: exactly({ title: line(120), text: text({ max: 1_000 }), confirm: line(40) }),
    result: members({ confirmed: flag }),
    asks: "always",
  }),
} as const;

export type BridgeMethodName = keyof typeof bridgeMethods;
export type ParamsOfMethod<Name extends BridgeMethodName> = Got<(typeof bridgeMethods)[Name]["params"]>;
export type ResultOfMethod<Name extends BridgeMethodName> = Got<(typeof bridgeMethods)[Name]["result"]>;
export const bridgeMethodNames = Object.keys(bridgeMethods) as readonly BridgeMethodName[];

/** By a map, so that no name reaches a prototype. */
const byName: ReadonlyMap<string, BridgeMethodName> = new Map(bridgeMethodNames.map((name) => [name, name]));
export const findMethod = (name: string): BridgeMethodName | undefined => byName.get(name);
