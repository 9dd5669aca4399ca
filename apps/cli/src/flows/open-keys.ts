import { keyIdOf, openKeyFile, type KeyFile, type PublicKey, type SigningKey } from "@hilum/marketplace/sign";
import { UsageError } from "../usage-error.ts";
import { readBytes, type FlowContext } from "./flow.ts";

/** The flag by which programs give passphrases; people are asked. */
export const passphraseFlag = { "passphrase-file": { type: "string" } } as const;

/** The public half of a key: what a keeper lets in. */
export interface PublicHalf {
  format: "hilum-public-key/1";
  id: string;
  title: string;
  test: boolean;
  public: PublicKey;
}

/** Opens each key file once, asking for its passphrase. */
export function createKeyOpener(context: FlowContext): (path: string) => Promise<{ key: SigningKey; file: KeyFile }> {
  const opened = new Map<string, Promise<{ key: SigningKey; file: KeyFile }>>();
  const open = async (path: string): Promise<{ key: SigningKey; file: KeyFile }> => {
    const content = (await readBytes(path)).toString("utf8");
    return await openKeyFile(content, await readPassphrase(context, `Passphrase of ${path}: `));
  };
  return (path) => {
    const known = opened.get(path) ?? open(path);
    opened.set(path, known);
    return known;
  };
}

export async function readPassphrase({ flags, terminal }: FlowContext, question: string): Promise<string> {
  const path = flags["passphrase-file"];
  const given =
    typeof path === "string" ? (await readBytes(path)).toString("utf8").trim() : await terminal.askSecret(question);
  if (given === undefined || given === "")
    throw new UsageError("Nobody is here to be asked.", "Give --passphrase-file <file>.");
  return given;
}

export async function publicHalfOf({ title, test, public: key }: KeyFile): Promise<PublicHalf> {
  return { format: "hilum-public-key/1", id: await keyIdOf(key), title, test, public: key };
}

export function parsePublicHalf(text: string): PublicHalf {
  try {
    const value = JSON.parse(text) as Partial<PublicHalf>;
    if (value.format === "hilum-public-key/1" && typeof value.id === "string" && value.public !== undefined)
      return value as PublicHalf;
  } catch {
    // Said below.
  }
  throw new UsageError("The file is no public key.", "hilum signing export <key file> --out <file>");
}
