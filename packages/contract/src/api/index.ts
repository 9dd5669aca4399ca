export * from "./operation.ts";
export * from "./schemas.ts";
export * from "./browser.ts";
export * from "./glasses.ts";
export * from "./glass-requests.ts";
export * from "./disclosures.ts";
export * from "./custody.ts";
export * from "./conformance.ts";
export * from "./devtools.ts";
export * from "./upgrades.ts";
export * from "./hooks.ts";
export * from "./identity.ts";
export * from "./installs.ts";
export * from "./marketplace.ts";
export * from "./packages.ts";
export * from "./publishing.ts";
export * from "./safety.ts";
export * from "./keys.ts";
export * from "./plugins.ts";
export * from "./messages.ts";
export * from "./routes.ts";
export * from "./pages.ts";
export * from "./platform.ts";
export * from "./egress.ts";
export * from "./fhir.ts";
export * from "./repairs.ts";
export * from "./setup.ts";
export * from "./stores.ts";
export * from "./wire-inspector.ts";

export { commandOf } from "./commands.ts";
export { buildOpenApi } from "./openapi.ts";
export { samplesOf, type SampleInput, type Samples } from "./samples.ts";

import { browserOperations } from "./browser.ts";
import { custodyOperations } from "./custody.ts";
import { devtoolsOperations } from "./devtools.ts";
import { disclosureOperations } from "./disclosures.ts";
import { egressOperations } from "./egress.ts";
import { glassOperations } from "./glasses.ts";
import { glassRequestOperations } from "./glass-requests.ts";
import { fhirOperations } from "./fhir.ts";
import { hookOperations } from "./hooks.ts";
import { identityOperations } from "./identity.ts";
import { marketplaceOperations } from "./marketplace.ts";
import { keyOperations } from "./keys.ts";
import { messageOperations } from "./messages.ts";
import { pageOperations } from "./pages.ts";
import { platformOperations } from "./platform.ts";
import { pluginOperations } from "./plugins.ts";
import { publishingOperations } from "./publishing.ts";
import { repairOperations } from "./repairs.ts";
import { setupOperations } from "./setup.ts";
import { routeOperations } from "./routes.ts";
import { storeOperations } from "./stores.ts";

/** Every operation of the HTTP API. The server refuses to start when one has no handler, or a handler has no operation. */
export const operations = [
  ...platformOperations,
  ...identityOperations,
  ...pluginOperations,
  ...setupOperations,
  ...hookOperations,
  ...messageOperations,
  ...egressOperations,
  ...repairOperations,
  ...keyOperations,
  ...routeOperations,
  ...pageOperations,
  ...devtoolsOperations,
  ...marketplaceOperations,
  ...publishingOperations,
  ...storeOperations,
  ...browserOperations,
  ...glassOperations,
  ...glassRequestOperations,
  ...disclosureOperations,
  ...custodyOperations,
  ...fhirOperations,
] as const;
export type Operation = (typeof operations)[number];
export type OperationId = Operation["id"];
export type OperationOf<Id extends OperationId> = Extract<Operation, { id: Id }>;
