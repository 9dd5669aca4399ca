import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import { envelopeKeyId, openEnvelope, sealEnvelope, type Place, type SealingKey } from "./envelope.ts";

/** Unwrapped keys as they pass between threads of this process; never stored, never logged. */
export interface KeyMaterial {
  deployment: string;
  /** The data key that seals. */
  currentId: number;
  data: readonly { id: number; key: Uint8Array }[];
  /** Of blind indexes; apart from the data keys, so that it outlives their rotation. */
  index: Uint8Array;
}

/** Seals and opens values by place; each collection (table) has a key of its own, derived with HKDF (RFC 5869). */
export interface Keyring {
  readonly currentId: number;
  readonly deployment: string;
  seal(place: Place, plaintext: Uint8Array | string): Uint8Array;
  /** Throws `envelope.invalid`. */
  open(place: Place, envelope: Uint8Array): Buffer;
  /** Equal for equal values of one domain; tells nothing without the key (HMAC-SHA-256, its first 128 bits). */
  blind(domain: string, value: string): Uint8Array;
  /** The key of a collection for content that is sealed in parts. */
  collectionKey(table: string, keyId?: number): SealingKey;
}

/** A keyring that takes other keys while it is in use: what held it before holds the new ones. */
export interface LiveKeyring extends Keyring {
  use(material: KeyMaterial): void;
}

const blindBytes = 16;

export function createKeyring(material: KeyMaterial): Keyring {
  const collections = new Map<string, SealingKey>();
  const domains = new Map<string, KeyObject>();

  const collectionKey = (table: string, keyId = material.currentId): SealingKey => {
    const name = `${keyId}/${table}`;
    const known = collections.get(name);
    if (known !== undefined) return known;
    const data = material.data.find(({ id }) => id === keyId);
    if (data === undefined)
      throw new HilumError("envelope.invalid", {
        detail: `A stored value in ${table} names a key that this deployment does not have.`,
      });
    const derived = {
      id: keyId,
      deployment: material.deployment,
      key: deriveKey(data.key, material.deployment, `seal/${table}`),
    };
    collections.set(name, derived);
    return derived;
  };

  const domainKey = (domain: string): KeyObject => {
    const known = domains.get(domain);
    if (known !== undefined) return known;
    const derived = deriveKey(material.index, material.deployment, `index/${domain}`);
    domains.set(domain, derived);
    return derived;
  };

  return {
    currentId: material.currentId,
    deployment: material.deployment,
    seal: (place, plaintext) => sealEnvelope(collectionKey(place.table), place, plaintext),
    open: (place, envelope) => openEnvelope(collectionKey(place.table, envelopeKeyId(envelope)), place, envelope),
    blind: (domain, value) =>
      createHmac("sha256", domainKey(domain)).update(value, "utf8").digest().subarray(0, blindBytes),
    collectionKey,
  };
}

export function createLiveKeyring(first: KeyMaterial): LiveKeyring {
  let keyring = createKeyring(first);
  return {
    get currentId() {
      return keyring.currentId;
    },
    deployment: first.deployment,
    seal: (place, plaintext) => keyring.seal(place, plaintext),
    open: (place, envelope) => keyring.open(place, envelope),
    blind: (domain, value) => keyring.blind(domain, value),
    collectionKey: (table, keyId) => keyring.collectionKey(table, keyId),
    use: (material) => {
      keyring = createKeyring(material);
    },
  };
}

function deriveKey(key: Uint8Array, deployment: string, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", key, deployment, `hilum/v1/${purpose}`, 32)));
}
