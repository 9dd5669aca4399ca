import type { KeyProvider } from "./lib/ports/keys.ts";
import type { Store, StoreOptions } from "./lib/ports/store.ts";

export type * from "./lib/ports/access.ts";
export type * from "./lib/ports/identity.ts";
export type * from "./lib/ports/keys.ts";
export type * from "./lib/ports/messages.ts";
export type * from "./lib/ports/operations.ts";
export type * from "./lib/ports/plugins.ts";
export type * from "./lib/ports/settings.ts";
export type * from "./lib/ports/shapes.ts";
export type * from "./lib/ports/store.ts";

export declare function openStore(options: StoreOptions): Promise<Store>;
export declare function createFileKeyProvider(path: string): KeyProvider;
/** Upper bounds in milliseconds of `CallMinute.histogram`; the last bucket has none. */
export declare const callBuckets: readonly number[];
