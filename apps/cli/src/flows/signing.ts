import { writeFile } from "node:fs/promises";
import { createKeyFile, type KeyFile } from "@hilum/marketplace/sign";
import { UsageError } from "../usage-error.ts";
import { needed, readBytes, type Flow, type FlowContext } from "./flow.ts";
import { passphraseFlag, publicHalfOf, readPassphrase } from "./open-keys.ts";

const newHint = "hilum signing new --title <name> --out <file>";

const create: Flow = {
  words: "signing new",
  summary: "Make a key that signs, in a file that only its passphrase opens; the server never sees it",
  usage: [
    "hilum signing new --title <name> --out <file> [--test] [--passphrase-file <file>]",
    "--test marks it: a marketplace that it signs is refused outside of tests.",
  ],
  flags: { title: { type: "string" }, out: { type: "string" }, test: { type: "boolean" }, ...passphraseFlag },
  operations: [],
  async run(context) {
    const [title, out] = [needed(context, "title", newHint), needed(context, "out", newHint)];
    const passphrase = await readPassphrase(context, "New passphrase, twelve letters at least: ");
    if (context.flags["passphrase-file"] === undefined) await repeat(context, passphrase);
    const { key, file } = await createKeyFile({ title, test: context.flags["test"] === true }, passphrase);
    await writeNew(out, file, 0o600);
    context.say(`${out} holds the key ${key.id}.`);
    context.say("Keep a copy in another place, and the passphrase in a third: nobody can make either again.");
  },
};

async function repeat({ terminal }: FlowContext, passphrase: string): Promise<void> {
  if ((await terminal.askSecret("The same once more: ")) !== passphrase)
    throw new UsageError("The two are not the same.", newHint);
}

const publicHalf: Flow = {
  words: "signing export",
  summary: "Print the public half of a key, for the keeper who lets it in",
  usage: ["hilum signing export <key file> [--out <file>]"],
  flags: { out: { type: "string" } },
  operations: [],
  async run(context) {
    const [path] = context.positionals;
    if (path === undefined) throw new UsageError("It takes a key file.", "hilum signing export <key file>");
    const half = await publicHalfOf(readKeyFile((await readBytes(path)).toString("utf8"), path));
    const { out } = context.flags;
    if (typeof out === "string") await writeNew(out, half, 0o644);
    else context.say(JSON.stringify(half, undefined, 2));
  },
};

/** A key file's open half. Throws a UsageError for what is none. */
export function readKeyFile(text: string, path: string): KeyFile {
  try {
    const file = JSON.parse(text) as KeyFile;
    if (file.format === "hilum-key/1") return file;
  } catch {
    // Said below.
  }
  throw new UsageError(`${path} is no key file.`, newHint);
}

async function writeNew(path: string, content: object, mode: number): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`, { flag: "wx", mode }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      throw new UsageError(`${path} is there already.`, "Choose another place: nothing is written over.");
    },
  );
}

export const signingFlows: readonly Flow[] = [create, publicHalf];
