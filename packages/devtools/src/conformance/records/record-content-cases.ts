import { begin, demand, resultOf, type Case } from "../case.ts";
import { ask, demandCode, targetOf } from "./ask-store.ts";
import { keepsFiles, sampleRecord } from "./record-samples.ts";

/** A file that every store takes. */
const bytesTaken = 1;

/** The bytes of files. */
export const recordContentCases: readonly Case[] = [
  {
    id: "record-content",
    group: "store_records",
    rule: "The bytes of a Binary are read with blobs.read, and written with blobs.write in the call that asks for them.",
    skip: (knowledge) => (keepsFiles(knowledge) ? undefined : "it keeps no Binary"),
    async run(plugin) {
      await begin(plugin);
      for (const size of [0, 1, 1_300_000]) {
        const bytes = new Uint8Array(size).map((_, index) => (index * 7) % 251);
        const resource = sampleRecord({ record: { resourceType: "Binary", contentType: "application/pdf" } });
        const { identifier: _none, ...binary } = resource;
        const content = { id: `content-${size}`, size, contentType: "application/pdf" };
        plugin.blobs.set(content.id, bytes);
        const created = await plugin.ask("records.create", { resource: binary, content });
        plugin.blobs.delete(content.id);
        // A store may take less, and says so.
        if (created.kind === "error" && size > bytesTaken)
          return demandCode(created.error.data, ["record.too_large"], "records.create");
        resultOf("records.create", created);
        const given = await ask(plugin, "records.read", targetOf(resource));
        demand(given.content !== undefined, `the ${size} bytes of a Binary are not given back`);
        const back = plugin.written.get(given.content.id);
        demand(
          back !== undefined && Buffer.from(back).equals(bytes),
          `the ${size} bytes of a Binary come back changed`,
        );
        demand(
          given.content.contentType === content.contentType,
          `the bytes come back as ${given.content.contentType}`,
        );
      }
    },
  },
];
