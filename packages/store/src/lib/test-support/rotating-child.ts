/** A process that rotates the keys of a store and tells each step; to be killed. */
import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { openStore } from "../open-store.ts";

const [url = "", folder = "", round = ""] = process.argv.slice(2);
const store = await openStore({
  url,
  keyProvider: createFileKeyProvider(`${folder}/keys/hilum.key`),
  blobDir: `${folder}/blobs`,
  keysAnnouncedMs: 20,
});
process.stdout.write("ready\n");
await store.keys.begin(`rotation-${round}`, "user:ana");
const telling = setInterval(() => {
  void store.keys.rotation().then((rotation) => process.stdout.write(`${rotation?.done ?? 0}\n`));
}, 1);
await store.keys.run(new AbortController().signal);
clearInterval(telling);
await store.close();
process.stdout.write("finished\n");
