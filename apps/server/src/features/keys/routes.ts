import { HilumError } from "@hilum/contract";
import type { Handlers } from "../../http/request.ts";
import type { KeysService } from "./keys.ts";

type KeyIds =
  | "getKeys"
  | "rotateKeys"
  | "stopKeyRotation"
  | "destroyKey"
  | "setKeyProvider"
  | "setAttachmentPlace"
  | "unseal";

export function createKeyHandlers(keys: KeysService): Handlers<KeyIds> {
  return {
    getKeys: async () => ({ status: 200, body: await keys.read() }),
    rotateKeys: async (context) => ({ status: 202, body: await keys.rotate(context) }),
    stopKeyRotation: async () => ({ status: 200, body: await keys.stop() }),
    destroyKey: async (_context, { params }) => {
      await keys.destroy(Number(params.key));
      return { status: 200, body: await keys.read() };
    },
    setKeyProvider: async (_context, { body }) => {
      await keys.setProvider(body);
      return { status: 200, body: await keys.read() };
    },
    setAttachmentPlace: async (_context, { body }) => {
      await keys.setAttachmentPlace(body);
      return { status: 200, body: await keys.read() };
    },
    // Only a server that waits for its passphrase takes one: `sealed-start.ts`.
    unseal: () => Promise.reject(new HilumError("key.not_sealed")),
  };
}
