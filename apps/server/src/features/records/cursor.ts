import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { HilumError, type Actor } from "@hilum/contract";

/** Where a page ends and how the search was asked: what the link to the page after it must hold. */
export type CursorContent = Readonly<Record<string, unknown>>;

export interface Cursors {
  /** Text for a URL of ours: nobody can read or change it, nobody else can use it, and it holds on for an hour. */
  seal(actor: Actor, place: string, content: CursorContent): string;
  /** Throws `search.invalid` for what was not sealed here, for this actor and place, within the hour. */
  open(actor: Actor, place: string, text: string, now: Date): CursorContent;
}

const nonceBytes = 12;
const tagBytes = 16;
const holdsMs = 3_600_000;
const lengthMax = 8192;

/**
 * Criteria are patient data, and addresses end in the logs of proxies and browsers: a link that we make carries them sealed
 * (AES-256-GCM, bound to who asked and for what).
 */
export function createCursors(key: Buffer, now: () => Date): Cursors {
  return {
    seal(actor, place, content) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(placeOf(actor, place));
      const text = JSON.stringify({ ...content, until: now().getTime() + holdsMs });
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64url");
    },
    open(actor, place, text, at) {
      const content = unseal(key, placeOf(actor, place), text);
      if (content === undefined || typeof content["until"] !== "number" || content["until"] < at.getTime())
        throw new HilumError("search.invalid", {
          detail: "The link to this page was not made for you, or it is older than an hour.",
          problems: [{ pointer: "/_cursor", message: "this page's link does not hold", fix: "Search again." }],
        });
      return content;
    },
  };
}

const placeOf = (actor: Actor, place: string): Buffer => Buffer.from(`hilum-cursor\0${actor.id}\0${place}`, "utf8");

function unseal(key: Buffer, place: Buffer, text: string): CursorContent | undefined {
  const bytes = Buffer.from(text.slice(0, lengthMax), "base64url");
  if (text.length > lengthMax || bytes.length <= nonceBytes + tagBytes) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(place);
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    const opened = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return JSON.parse(opened.toString("utf8")) as CursorContent;
  } catch {
    return undefined;
  }
}
