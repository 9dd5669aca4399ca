/** A process that accepts messages as fast as it can and prints the id of each once it is acknowledged; to be killed. */
import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { openStore } from "../open-store.ts";
import { newMessage } from "./databases.ts";

const [folder = "", round = ""] = process.argv.slice(2);
const store = await openStore({
  url: `sqlite:${folder}/hilum.db`,
  keyProvider: createFileKeyProvider(`${folder}/hilum.key`),
  blobDir: `${folder}/blobs`,
});
process.stdout.write("ready\n");

const accept = async (lane: number): Promise<never> => {
  for (let count = 0; ; count += 1) {
    const id = `${round}-${lane}-${count}`;
    await store.messages.accept(newMessage({ id, idempotency: { scope: "child", key: `key-${id}` } }));
    process.stdout.write(`${id}\n`);
  }
};
await Promise.all(Array.from({ length: 32 }, (_, lane) => accept(lane)));
