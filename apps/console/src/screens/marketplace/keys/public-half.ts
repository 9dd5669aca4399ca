import { HilumError } from "@hilum/contract/errors";
import { keyIdOf, type KeyFile, type PublicKey } from "@hilum/marketplace/sign";

/** The public half of a key as a file: what a keeper lets in, and what may be given to anybody. */
export interface PublicHalf {
  format: "hilum-public-key/1";
  id: string;
  title: string;
  test: boolean;
  public: PublicKey;
}

export async function publicHalfOf({ title, test, public: key }: KeyFile): Promise<PublicHalf> {
  return { format: "hilum-public-key/1", id: await keyIdOf(key), title, test, public: key };
}

/** Throws `key_file.invalid`, also where the id is not that of the key. */
export async function parsePublicHalf(text: string): Promise<PublicHalf> {
  let value: Partial<PublicHalf> | null;
  try {
    value = JSON.parse(text) as Partial<PublicHalf> | null;
  } catch {
    throw invalid("The file is not JSON.");
  }
  const { format, title, id, public: key } = value ?? {};
  if (format !== "hilum-public-key/1" || typeof title !== "string" || key?.keytype !== "ed25519")
    throw invalid("The file is not the public half of a key. It is made under Keys, Public half.");
  if ((await keyIdOf(key)) !== id) throw invalid("The file names another key than it holds.");
  return value as PublicHalf;
}

const invalid = (detail: string): HilumError => new HilumError("key_file.invalid", { detail });
