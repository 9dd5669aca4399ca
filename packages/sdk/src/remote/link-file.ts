import { generateKeyPairSync, type KeyObject, createPrivateKey } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { decodeEnrolmentCode } from "@hilum/contract";
import { postJson, textOf } from "../registration/http.ts";

/** The standing of a remote plugin at a platform: where it is, who we are there, and the key that proves it. */
export interface RemoteLink {
  url: string;
  ca?: string;
  link: string;
  plugin: string;
  instance: string;
  key: KeyObject;
}

interface LinkFile {
  url: string;
  ca?: string;
  link: string;
  plugin: string;
  instance: string;
  /** Ed25519, PKCS #8 PEM. */
  privateKey: string;
}

/** Reads a link that was made before; undefined when there is no such file. */
export async function readLinkFile(path: string): Promise<RemoteLink | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { privateKey, ...link } = JSON.parse(text) as LinkFile;
  return { ...link, key: createPrivateKey(privateKey) };
}

/** The platform did not take the enrolment code. */
export class EnrolmentError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.name = "EnrolmentError";
    this.code = code;
  }
}

/**
 * Exchanges a single-use enrolment code for a link: makes an Ed25519 key pair, registers its public half, and keeps
 * everything in `path`, readable by this user only. The key never leaves the file.
 */
export async function enrol(code: string, path: string): Promise<RemoteLink> {
  const known = decodeEnrolmentCode(code);
  if (known === undefined)
    throw new EnrolmentError(
      "This is no enrolment code. Copy it again from Access on the plugin's page.",
      "code.malformed",
    );
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const body = { code, publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64url") };
  const { status, body: answer } = await postJson(new URL("/api/v1/remote/enrol", known.url), body, { ca: known.ca });
  const { link, plugin, instance } = answer;
  if (status !== 201 || typeof link !== "string" || typeof plugin !== "string" || typeof instance !== "string")
    throw new EnrolmentError(
      `The code was not taken: ${textOf(answer["detail"]) ?? `status ${status}`}. A code works once and for a short time; make a new one.`,
      textOf(answer["code"]) ?? `http.${status}`,
    );
  const file: LinkFile = {
    url: known.url,
    ...(known.ca === undefined ? {} : { ca: known.ca }),
    link,
    plugin,
    instance,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  await writePrivately(path, JSON.stringify(file, undefined, 2));
  const { privateKey: _, ...rest } = file;
  return { ...rest, key: privateKey };
}

async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
