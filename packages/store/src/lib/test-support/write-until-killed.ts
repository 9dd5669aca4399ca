import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { openStore } from "../open-store.ts";
import type { Store } from "../ports/store.ts";

/**
 * The program of a child that is to be killed: opens the store of the folder that it was started with, says `ready`, and writes in
 * so many lanes at once, without end. `write` gets a name of its own each time, and prints what it acknowledges.
 */
export async function writeUntilKilled(
  lanes: number,
  write: (store: Store, name: string) => Promise<void>,
): Promise<never> {
  const [folder = "", round = ""] = process.argv.slice(2);
  const store = await openStore({
    url: `sqlite:${folder}/hilum.db`,
    keyProvider: createFileKeyProvider(`${folder}/hilum.key`),
    blobDir: `${folder}/blobs`,
  });
  process.stdout.write("ready\n");
  const lane = async (number: number): Promise<never> => {
    for (let count = 0; ; count += 1) await write(store, `${round}-${number}-${count}`);
  };
  return await Promise.race(Array.from({ length: lanes }, (_, number) => lane(number)));
}
