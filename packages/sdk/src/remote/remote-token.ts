import { createHash, randomBytes, sign } from "node:crypto";
import { remoteConnectText, remoteTokenText } from "@hilum/contract";
import { postJson, textOf } from "../registration/http.ts";
import type { RemoteLink } from "./link-file.ts";

/** The platform does not know the link any more: it was revoked. Trying again is of no use. */
export class LinkRevokedError extends Error {
  constructor(detail: string) {
    super(`The platform refuses this link: ${detail}. Make a new enrolment code under Access on the plugin's page.`);
    this.name = "LinkRevokedError";
  }
}

/** Proves the link's key and gets a token of five minutes (operation `issueRemoteToken`). */
export async function requestToken(
  { url, ca, link, key }: RemoteLink,
  now: () => Date = () => new Date(),
): Promise<string> {
  const [at, nonce] = [now().toISOString(), randomBytes(24).toString("base64url")];
  const signature = sign(null, Buffer.from(remoteTokenText({ link, at, nonce })), key).toString("base64url");
  const { status, body } = await postJson(new URL("/api/v1/remote/token", url), { link, at, nonce, signature }, { ca });
  if (status === 401 || status === 403 || status === 404)
    throw new LinkRevokedError(textOf(body["detail"]) ?? `status ${status}`);
  if (status !== 200 || typeof body["token"] !== "string")
    throw new Error(`The platform gave no token: status ${status}`);
  return body["token"];
}

/** Value of the header `Hilum-Proof` with which the link's key stands by a token when it is used. */
export function proveConnect(
  { link, key }: Pick<RemoteLink, "link" | "key">,
  token: string,
  now: () => Date = () => new Date(),
): string {
  const [at, nonce] = [now().toISOString(), randomBytes(24).toString("base64url")];
  const tokenHash = createHash("sha256").update(token, "utf8").digest("hex");
  return `${at} ${nonce} ${sign(null, Buffer.from(remoteConnectText({ link, at, nonce, tokenHash })), key).toString("base64url")}`;
}
