export * from "./operation.ts";
export * from "./schemas.ts";
export * from "./identity.ts";
export * from "./plugins.ts";
export * from "./messages.ts";
export * from "./pages.ts";
export * from "./platform.ts";

export { buildOpenApi } from "./openapi.ts";

import { identityOperations } from "./identity.ts";
import { messageOperations } from "./messages.ts";
import { pageOperations } from "./pages.ts";
import { platformOperations } from "./platform.ts";
import { pluginOperations } from "./plugins.ts";

/** Every operation of the HTTP API. The server refuses to start when one has no handler, or a handler has no operation. */
export const operations = [
  ...platformOperations,
  ...identityOperations,
  ...pluginOperations,
  ...messageOperations,
  ...pageOperations,
] as const;
export type Operation = (typeof operations)[number];
export type OperationId = Operation["id"];
export type OperationOf<Id extends OperationId> = Extract<Operation, { id: Id }>;
