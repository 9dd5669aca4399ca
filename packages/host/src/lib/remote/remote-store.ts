import type { InstanceKey } from "../instance-key.ts";

/** A link as it is kept. Times are RFC 3339. */
export interface RemoteLinkRecord {
  id: string;
  plugin: string;
  instance: string;
  expiresAt: string;
  revokedAt?: string;
  /** Ed25519, SPKI, base64url. */
  publicKey?: string;
}

type Key = Pick<InstanceKey, "plugin" | "instance">;

/** What remote links need of the store. Codes and tokens reach it as SHA-256 only (threat 79). */
export interface RemoteStore {
  createEnrolment(
    enrolment: Key & { id: string; hash: string; at: string; by: string; expiresAt: string },
  ): Promise<void>;
  /** Uses an enrolment up and makes the link, in one transaction; `undefined` when the code is unknown, used, expired or revoked. */
  enrol(
    hash: string,
    link: { id: string; publicKey: string; fingerprint: string; expiresAt: string },
  ): Promise<RemoteLinkRecord | undefined>;
  find(id: string): Promise<RemoteLinkRecord | undefined>;
  revoke(key: Key, id: string): Promise<boolean>;
  /** False when the nonce was seen. */
  takeNonce(link: string, nonce: string, expiresAt: string): Promise<boolean>;
  createToken(hash: string, token: { link: string; expiresAt: string }): Promise<void>;
  /** The link of a token that is neither expired nor revoked. */
  findByToken(hash: string): Promise<RemoteLinkRecord | undefined>;
  touch(id: string, at: string): Promise<void>;
}
