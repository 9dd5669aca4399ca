import { HilumError, type Context, type Log } from "@hilum/contract";
import type { AttachmentPlaceChoice, KeyProviderChoice, KeyRotation, KeysAnswer } from "@hilum/contract/api";
import { discardKeyHolder, prepareKeyHolder, type KeyHolder, type RotationRow, type Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { createRotationRunner } from "./rotation-runner.ts";

export interface KeysService {
  read(): Promise<KeysAnswer>;
  rotate(context: Context): Promise<KeyRotation>;
  stop(): Promise<KeyRotation>;
  destroy(id: number): Promise<void>;
  setProvider(choice: KeyProviderChoice): Promise<void>;
  setAttachmentPlace(choice: AttachmentPlaceChoice): Promise<void>;
  /** Goes on with what an earlier process began, and with what others change. */
  start(): void;
  close(): Promise<void>;
}

const refreshEveryMs = 2_000;

/** The keys of this deployment, as an administrator sees and changes them. */
export function createKeysService(parts: {
  store: Pick<Store, "keys" | "leases" | "blobPlaces">;
  holder: KeyHolder;
  keyFile: string;
  owner: string;
  log: Log;
}): KeysService {
  const { store, keyFile, log } = parts;
  let { holder } = parts;
  const runner = createRotationRunner(parts);
  let timer: NodeJS.Timeout | undefined;
  let changing: Promise<unknown> = Promise.resolve();

  /** One change of the keys at a time: a key must not be made while all are wrapped anew. */
  const alone = <T>(change: () => Promise<T>): Promise<T> => {
    const next = changing.then(change, change);
    changing = next.catch(() => undefined);
    return next;
  };

  const present = ({ fault, ...row }: RotationRow): KeyRotation => {
    const waits = row.state === "running" ? runner.fault() : undefined;
    const failed = row.state === "failed" ? { code: fault ?? "envelope.invalid", detail: leftAsTheyAre } : undefined;
    const said = failed ?? waits;
    return { ...row, ...(said === undefined ? {} : { fault: said }) };
  };

  return {
    read: async () => {
      const rotation = await store.keys.rotation();
      return {
        provider: holder.status,
        keys: await store.keys.list(),
        attachments: await store.blobPlaces.status(),
        ...(rotation === undefined ? {} : { rotation: present(rotation) }),
      };
    },
    rotate: (context) =>
      alone(async () => {
        const rotation = await store.keys.begin(makeId(), context.actor.id);
        runner.wake();
        return present(rotation);
      }),
    stop: () =>
      alone(async () => {
        const rotation = await store.keys.stop();
        if (rotation === undefined) throw new HilumError("request.not_found", { detail: "Nothing was rotated yet." });
        runner.wake();
        await runner.idle();
        return present(rotation);
      }),
    destroy: (id) => alone(() => store.keys.destroy(id)),
    setProvider: (choice) =>
      alone(async () => {
        if ((await store.keys.rotation())?.state === "running") throw new HilumError("key.rotating");
        const next = await prepareKeyHolder(keyFile, choice);
        try {
          await store.keys.wrapWith(next.provider);
        } catch (error) {
          await discardKeyHolder(keyFile);
          throw error;
        }
        await next.settle();
        holder = next;
        log.info("keys.provider_set", { kind: choice.kind });
      }),
    setAttachmentPlace: (choice) => alone(() => store.blobPlaces.use(choice)),
    start: () => {
      runner.wake();
      timer = setInterval(() => {
        void store.keys.refresh().catch(() => log.warn("keys.refresh_failed"));
      }, refreshEveryMs);
      timer.unref();
    },
    close: async () => {
      clearInterval(timer);
      await runner.close();
      await changing;
    },
  };
}

const leftAsTheyAre =
  "Some values do not open. They stay as they are, and the key that they name stays with them. Restore them from a backup, or remove them, and go on.";
