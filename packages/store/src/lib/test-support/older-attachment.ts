import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { unwrapKeys, type StoredKey } from "../crypto/data-keys.ts";
import { createKeyring, type Keyring } from "../crypto/keyring.ts";
import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { queryRaw } from "./raw-query.ts";

const chunkBytes = 65_536;

/** Content as it was sealed before attachments had keys of their own: under the data key that the header names. */
export function sealOlderStream(keyring: Keyring, keyId: number, id: string, content: Buffer): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0]);
  header.writeUInt32BE(keyId, 1);
  const frames = [header];
  for (let index = 0; index === 0 || index * chunkBytes < content.length; index += 1) {
    const nonce = randomBytes(12);
    const last = (index + 1) * chunkBytes >= content.length;
    const { key } = keyring.collectionKey("blobs", keyId);
    const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    cipher.setAAD(Buffer.from(JSON.stringify([1, keyring.deployment, "blobs", id, index, last, keyId])));
    const chunk = content.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    frames.push(nonce, cipher.update(chunk), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(frames);
}

/** An attachment of the version before, with its row, in a store of the tests whose first key still seals. */
export async function addOlderAttachment(url: string, folder: string, id: string, content: Buffer): Promise<void> {
  const [deployment] = await queryRaw(url, "SELECT id FROM deployment");
  const rows = await queryRaw(url, "SELECT id, purpose, state, provider, wrapped, check_value FROM data_keys");
  const keys = rows.map((row) => ({ ...row, id: Number(row["id"]), checkValue: row["check_value"] }));
  const provider = createFileKeyProvider(`${folder}/keys/hilum.key`);
  const keyring = createKeyring(await unwrapKeys(String(deployment?.["id"]), keys as StoredKey[], provider));
  mkdirSync(`${folder}/blobs`, { recursive: true });
  writeFileSync(`${folder}/blobs/${id}`, sealOlderStream(keyring, keyring.currentId, id, content));
  const digest = createHash("sha256").update(content).digest("hex");
  const sealed = keyring.seal({ table: "blobs", id, field: "sha256", version: 1 }, digest);
  const hex = Buffer.from(sealed).toString("hex");
  const literal = url.startsWith("sqlite:") ? `X'${hex}'` : `'\\x${hex}'`;
  await queryRaw(
    url,
    `INSERT INTO blobs (id, content_type, size, sealed_sha256, created_at, created_by)
     VALUES ('${id}', 'text/plain', ${content.length}, ${literal}, '2026-03-02T08:00:00.000Z', 'user:ana')`,
  );
}
