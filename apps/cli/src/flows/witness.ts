import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { witnessKeyText } from "@hilum/marketplace/sign";
import { readFolderFiles, readHttpFiles, witnessTree } from "@hilum/marketplace/witness";
import { UsageError } from "../usage-error.ts";
import { needed, readBytes, type Flow } from "./flow.ts";
import { createKeyOpener, passphraseFlag } from "./open-keys.ts";
import { readKeyFile } from "./signing.ts";

const keyHint = "hilum witness key --help";
const cosignHint = "hilum witness cosign --help";

const key: Flow = {
  words: "witness key",
  summary: "Print the key of a witness as sources name it in their policy",
  usage: [
    "hilum witness key <key file> --name <name>",
    "The name has no spaces and is the same for ever, such as witness.hospital.example/ward.",
  ],
  flags: { name: { type: "string" } },
  operations: [],
  async run(context) {
    const [path] = context.positionals;
    if (path === undefined) throw new UsageError("It takes a key file.", keyHint);
    const file = readKeyFile((await readBytes(path)).toString("utf8"), path);
    context.say(await witnessKeyText(parseName(needed(context, "name", keyHint)), file.public));
  },
};

const cosign: Flow = {
  words: "witness cosign",
  summary: "Read a marketplace, check that its log goes on from all that was seen before, and cosign it",
  usage: [
    "hilum witness cosign <address | folder> --root <file> --seen <folder> --name <name> --key <key file> [--out <file>] [--passphrase-file <file>]",
    "--root is the marketplace's root file that you compared; --seen keeps what this witness saw: do not lose it.",
    "A folder gets its log/cosigned; of an address, --out is put there by whoever keeps it.",
  ],
  flags: {
    ...{ root: { type: "string" }, seen: { type: "string" }, name: { type: "string" } },
    ...{ key: { type: "string" }, out: { type: "string" }, ...passphraseFlag },
  },
  operations: [],
  async run(context) {
    const [place] = context.positionals;
    if (place === undefined) throw new UsageError("It takes an address or a folder.", cosignHint);
    const name = parseName(needed(context, "name", cosignHint));
    const folder = needed(context, "seen", cosignHint);
    const root = await readBytes(needed(context, "root", cosignHint));
    const remote = /^https?:\/\//.test(place);
    const given = context.flags["out"];
    if (remote && typeof given !== "string")
      throw new UsageError("Of an address it takes --out: where the cosigned head is written to.", cosignHint);
    const opened = await createKeyOpener(context)(needed(context, "key", cosignHint));
    const read = remote ? readHttpFiles(place, fetch) : readFolderFiles(place);
    // A witness whose key is a test's looks at what is signed by a test's keys.
    const at = { folder, root, read, testKeys: opened.file.test };
    const { origin, size, root: head, path, note } = await witnessTree(at, name, opened.key, new Date());
    const out = typeof given === "string" ? given : join(place, path);
    await writeWhole(out, note);
    context.say(`${origin}: ${size} packages, root ${head}`);
    context.say(`${out} is to be served as ${path}.`);
  },
};

function parseName(name: string): string {
  if (/[\s+]/u.test(name)) throw new UsageError("The name of a witness has no spaces and no plus.", keyHint);
  return name;
}

/** A client that reads meanwhile finds the one before or this one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
}

export const witnessFlows: readonly Flow[] = [key, cosign];
