/**
 * A process that writes bundles of records as fast as it can, each a patient with a history, and prints the name of each
 * bundle once it is acknowledged; to be killed.
 */
import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { openStore } from "../open-store.ts";
import { bundleOf, updatesOf } from "./records.ts";

const [folder = "", round = ""] = process.argv.slice(2);
const store = await openStore({
  url: `sqlite:${folder}/hilum.db`,
  keyProvider: createFileKeyProvider(`${folder}/hilum.key`),
  blobDir: `${folder}/blobs`,
});
process.stdout.write("ready\n");

const write = async (lane: number): Promise<never> => {
  for (let count = 0; ; count += 1) {
    const name = `${round}-${lane}-${count}`;
    await store.records.write(bundleOf(name));
    process.stdout.write(`${name} 1\n`);
    await store.records.write(updatesOf(name));
    process.stdout.write(`${name} 2\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, (_, lane) => write(lane)));
