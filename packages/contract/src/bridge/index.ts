export type { BridgeError } from "./bridge-error.ts";
export {
  isPortMessage,
  readConsoleFrame,
  readPageFrame,
  writeFrame,
  type ConsoleFrame,
  type PageFrame,
  type PortMessage,
} from "./frames.ts";
export { bridgeLimits, bridgeVersion } from "./limits.ts";
export type { PageInit, PageLook, PageResumed } from "./look.ts";
export {
  bridgeMethodNames,
  bridgeMethods,
  findMethod,
  type Asks,
  type BridgeMethod,
  type BridgeMethodName,
  type ParamsOfMethod,
  type ResultOfMethod,
} from "./methods.ts";
export { BridgeFault } from "./read.ts";
export { pageConnections, pageDocument, pagePolicy, pageSandbox, pagesPath, type ServedPage } from "./served-page.ts";
export { pageActions, pagePlaces } from "./views.ts";
export type {
  PageAction,
  PageChecked,
  PageConfig,
  PageEvidence,
  PageHealth,
  PageMessage,
  PageMessageDetail,
  PageMessages,
  PagePlace,
  PageProblem,
  PageSetup,
  PageSetupStep,
  PageSmokeRun,
  PageStep,
} from "./views.ts";
