import type { Log } from "@hilum/contract";
import type { KeyHolder, Store } from "@hilum/store";
import { listKeyRepairs } from "./key-repairs.ts";
import { createKeysService } from "./keys.ts";
import { createKeyHandlers } from "./routes.ts";

/** The keys that seal what is stored: their rotation, who holds them, and what is wrong with them. */
export function composeKeys(parts: { store: Store; holder: KeyHolder; keyFile: string; owner: string; log: Log }) {
  const keys = createKeysService(parts);
  return {
    handlers: createKeyHandlers(keys),
    repairs: (now: Date) => listKeyRepairs(parts.store.keys, now),
    start: () => keys.start(),
    close: () => keys.close(),
  };
}
