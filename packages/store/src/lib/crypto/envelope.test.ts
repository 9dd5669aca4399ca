import { createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { envelopeOverheadBytes, openEnvelope, sealEnvelope, type Place, type SealingKey } from "./envelope.ts";
import { createKeyring } from "./keyring.ts";

const rawKey = randomBytes(32);
const key: SealingKey = { id: 7, deployment: "clinic-a", key: createSecretKey(rawKey) };
const place: Place = { table: "messages", id: "01J", field: "body", version: 3 };
const invalid = expect.objectContaining({ code: "envelope.invalid" });

describe("an envelope", () => {
  it("opens where it was sealed, whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.string(), fc.nat(), (content, id, version) => {
        const there = { ...place, id, version };
        expect(openEnvelope(key, there, sealEnvelope(key, there, content)).equals(content)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["another table", { table: "secrets" }],
    ["another row", { id: "01K" }],
    ["another field", { field: "reply" }],
    ["an earlier version of the row", { version: 2 }],
  ])("threat 200: does not open as %s", (_name, change) => {
    const envelope = sealEnvelope(key, place, "Ana Beispiel");
    expect(() => openEnvelope(key, { ...place, ...change }, envelope)).toThrow(invalid);
  });

  it("threat 200: does not open in another deployment, nor with another key or key id", () => {
    const envelope = sealEnvelope(key, place, "Ana Beispiel");
    expect(() => openEnvelope({ ...key, deployment: "clinic-b" }, place, envelope)).toThrow(invalid);
    expect(() => openEnvelope({ ...key, key: createSecretKey(randomBytes(32)) }, place, envelope)).toThrow(invalid);
    expect(() => openEnvelope({ ...key, id: 8 }, place, envelope)).toThrow(invalid);
    const relabelled = Buffer.from(envelope);
    relabelled.writeUInt32BE(8, 1);
    expect(() => openEnvelope({ ...key, id: 8 }, place, relabelled)).toThrow(invalid);
  });

  it.each([4, 8, 12, 13, 15])("threat 201: refuses an envelope whose tag was cut to %i bytes", (tagBytes) => {
    const envelope = sealEnvelope(key, place, "");
    expect(() => openEnvelope(key, place, envelope.subarray(0, envelope.length - 16 + tagBytes))).toThrow(invalid);
  });

  it("threat 201: a four-byte tag is one that Node itself would take when nobody asks for sixteen", () => {
    const envelope = Buffer.from(sealEnvelope(key, place, "x"));
    const decipher = createDecipheriv("aes-256-gcm", rawKey, envelope.subarray(5, 17));
    expect(() => decipher.setAuthTag(envelope.subarray(-4))).not.toThrow();
    const strict = createDecipheriv("aes-256-gcm", rawKey, envelope.subarray(5, 17), { authTagLength: 16 });
    expect(() => strict.setAuthTag(envelope.subarray(-4))).toThrow(/authentication tag/i);
  });

  it("threat 202: answers nothing when any one bit was changed", () => {
    const envelope = sealEnvelope(key, place, "Ana Beispiel");
    for (let index = 0; index < envelope.length; index += 1) {
      const changed = Buffer.from(envelope);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => openEnvelope(key, place, changed), `byte ${index}`).toThrow(invalid);
    }
  });

  it("threat 203: takes a new random nonce for each value", () => {
    const nonces = new Set(
      Array.from({ length: 2000 }, () => Buffer.from(sealEnvelope(key, place, "same").subarray(5, 17)).toString("hex")),
    );
    expect(nonces.size).toBe(2000);
  });

  it("threat 208: refuses every version but the one it knows", () => {
    const envelope = Buffer.from(sealEnvelope(key, place, "x"));
    for (const version of [0, 2, 3, 255]) {
      envelope[0] = version;
      expect(() => openEnvelope(key, place, envelope)).toThrow(invalid);
    }
    expect(() => openEnvelope(key, place, new Uint8Array(envelopeOverheadBytes - 1))).toThrow(invalid);
  });

  it("threat 210: names the place and nothing of the content when it does not open", () => {
    const envelope = Buffer.from(sealEnvelope(key, place, "Ana Beispiel"));
    envelope[20] = (envelope[20] ?? 0) ^ 1;
    try {
      openEnvelope(key, place, envelope);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain("messages body");
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/Ana|Beispiel/);
      expect(JSON.stringify(error)).not.toContain(rawKey.toString("hex"));
    }
  });
});

describe("a keyring", () => {
  const material = {
    deployment: "clinic-a",
    currentId: 2,
    data: [
      { id: 1, key: randomBytes(32) },
      { id: 2, key: randomBytes(32) },
    ],
    index: randomBytes(32),
  };

  it("opens what an earlier key sealed, and seals with the newest", () => {
    const before = createKeyring({ ...material, currentId: 1 }).seal(place, "old");
    const keyring = createKeyring(material);
    expect(keyring.open(place, before).toString()).toBe("old");
    expect(Buffer.from(keyring.seal(place, "new")).readUInt32BE(1)).toBe(2);
  });

  it("threat 200: keeps collections apart even where all else is equal", () => {
    const keyring = createKeyring(material);
    const one = keyring.collectionKey("messages").key.export();
    const two = keyring.collectionKey("secrets").key.export();
    expect(one.equals(two)).toBe(false);
  });

  it("threat 211: gives equal blind indexes within one domain and deployment only", () => {
    const keyring = createKeyring(material);
    const index = Buffer.from(keyring.blind("message_keys.key", "order-1")).toString("hex");
    expect(Buffer.from(keyring.blind("message_keys.key", "order-1")).toString("hex")).toBe(index);
    expect(Buffer.from(keyring.blind("message_keys.body", "order-1")).toString("hex")).not.toBe(index);
    expect(
      Buffer.from(createKeyring({ ...material, deployment: "clinic-b" }).blind("message_keys.key", "order-1")).toString(
        "hex",
      ),
    ).not.toBe(index);
  });

  it("threat 209: opens nothing once the data key is gone", () => {
    const sealed = createKeyring({ ...material, currentId: 1 }).seal(place, "old");
    const [, newest] = material.data;
    if (newest === undefined) throw new Error("two keys are needed");
    expect(() => createKeyring({ ...material, data: [newest] }).open(place, sealed)).toThrow(invalid);
  });
});
