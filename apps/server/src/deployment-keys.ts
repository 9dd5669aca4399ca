import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Platform } from "@hilum/store";

/** Keys of this deployment, made with it and sealed in its database. */
export interface DeploymentKeys {
  /** Ed25519: signs the audit log's checkpoints. */
  auditSigning: KeyObject;
  auditPublic: KeyObject;
  /** HMAC key of record references in the audit log: without it nobody can guess which record an entry is about (threat 193). */
  recordRef: Buffer;
  /** Seals what a link must carry and no log of addresses may see: where a page of records goes on. */
  link: Buffer;
}

export async function loadDeploymentKeys(platform: Platform, dataDir: string): Promise<DeploymentKeys> {
  const signing = await load(platform, "audit_signing_key", () =>
    generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  );
  const recordRef = await load(platform, "record_ref_key", () => randomBytes(32).toString("base64url"));
  const link = await load(platform, "link_key", () => randomBytes(32).toString("base64url"));
  const auditSigning = createPrivateKey(signing);
  const auditPublic = createPublicKey(auditSigning);
  // For verifying outside the console; who distrusts this disk compares it with the one that the console shows.
  await writeFile(join(dataDir, "audit-public-key.pem"), auditPublic.export({ format: "pem", type: "spki" }));
  return {
    auditSigning,
    auditPublic,
    recordRef: Buffer.from(recordRef, "base64url"),
    link: Buffer.from(link, "base64url"),
  };
}

async function load(platform: Platform, name: string, make: () => string): Promise<string> {
  const known = await platform.fact(name);
  if (known !== undefined) return known;
  const value = make();
  await platform.setFact(name, value);
  return value;
}
