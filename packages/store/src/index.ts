export { createFileKeyProvider } from "./lib/crypto/file-key-provider.ts";
export { openStore } from "./lib/open-store.ts";
export { callBuckets } from "./lib/repositories/call-totals.ts";

export type * from "./lib/ports/access.ts";
export type * from "./lib/ports/egress.ts";
export type * from "./lib/ports/hooks.ts";
export type * from "./lib/ports/identity.ts";
export type * from "./lib/ports/keys.ts";
export type * from "./lib/ports/marketplace.ts";
export type * from "./lib/ports/messages.ts";
export type * from "./lib/ports/operations.ts";
export type * from "./lib/ports/plugins.ts";
export type * from "./lib/ports/settings.ts";
export type * from "./lib/ports/shapes.ts";
export type * from "./lib/ports/sign-ins.ts";
export type * from "./lib/ports/snoozes.ts";
export type * from "./lib/ports/store.ts";
