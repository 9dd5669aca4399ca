import { writeFile } from "node:fs/promises";
import { UsageError } from "../usage-error.ts";
import { confirm, needed, readBytes, type Flow } from "./flow.ts";

const exportMirror: Flow = {
  words: "mirror export",
  summary: "Write a marketplace into one file, whole and verifiable, to carry to a site without internet",
  usage: ["hilum mirror export <source> --out <file>"],
  flags: { out: { type: "string" } },
  operations: ["exportMirror"],
  async run(context) {
    const [source] = context.positionals;
    if (source === undefined) throw new UsageError("It takes the id of a source.", "hilum marketplace list-sources");
    const out = needed(context, "out", "hilum mirror export --help");
    const bytes = await context.download("exportMirror", { params: { source } });
    await writeFile(out, bytes, { flag: "wx" });
    context.say(`${out}: ${bytes.length} bytes. What expires there expires where it is carried to.`);
  },
};

const importMirror: Flow = {
  words: "mirror import",
  summary: "Take in a marketplace that was carried here; the first time its fingerprint is compared",
  usage: [
    "hilum mirror import <file> --source <id> [--title <title>] [--fingerprint <as its keeper said>] [--yes]",
    "A source that is here already goes on from it; another is made.",
  ],
  flags: {
    source: { type: "string" },
    title: { type: "string" },
    fingerprint: { type: "string" },
    yes: { type: "boolean" },
  },
  operations: ["uploadMirror", "listSources", "addSource", "takeMirror"],
  async run(context) {
    const [path] = context.positionals;
    if (path === undefined) throw new UsageError("It takes a file.", "hilum mirror import --help");
    const id = needed(context, "source", "hilum mirror import --help");
    const upload = { bytes: await readBytes(path), contentType: "application/zip" };
    const { mirror, files, root } = await context.ask("uploadMirror", { upload });
    context.say(`${files} files, signed by the keys with the fingerprint\n  ${root.fingerprint}`);
    if ((await context.ask("listSources")).items.some((source) => source.id === id)) {
      const { added, changed, removed } = await context.ask("takeMirror", {
        params: { source: id },
        body: { mirror },
      });
      context.say(`${id} goes on from it: ${added} new, ${changed} changed, ${removed} gone.`);
      return;
    }
    const { fingerprint, title } = context.flags;
    if (typeof fingerprint !== "string")
      await confirm(context, "Is that what the keeper of the marketplace told you, by another way?");
    const source = await context.ask("addSource", {
      body: {
        ...{ id, title: typeof title === "string" ? title : id, kind: "air_gapped", place: { kind: "mirror", mirror } },
        fingerprint: typeof fingerprint === "string" ? fingerprint : root.fingerprint,
        policy: { coolingOffDays: 7, whenRevoked: "stop", publishers: [] },
      },
    });
    context.say(`${id} is trusted: ${source.plugins} plugins, ${source.versions} versions.`);
  },
};

export const mirrorFlows: readonly Flow[] = [exportMirror, importMirror];
