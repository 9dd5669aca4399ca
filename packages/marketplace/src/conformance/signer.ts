import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";

/** A public key as metadata holds it (TUF 1.0.34, section 4.2), of any kind that the specification names. */
export interface AnyKey {
  keytype: string;
  scheme: string;
  keyval: { public: string };
  [more: string]: unknown;
}

export interface Signer {
  id: string;
  public: AnyKey;
  sign(bytes: Buffer): string;
}

export type Kind = "ed25519" | "ecdsa" | "rsa";

export const keyIdOf = (key: AnyKey): string => createHash("sha256").update(canonicalize(key)).digest("hex");

/** A new key, with `more` fields that no specification knows. */
export function newSigner(kind: Kind = "ed25519", more: Record<string, unknown> = {}): Signer {
  const { key, private: secret, algorithm } = kinds[kind]();
  const known = { ...key, ...more };
  const padding = kind === "rsa" ? { padding: 6, saltLength: 32 } : {};
  return {
    id: keyIdOf(known),
    public: known,
    sign: (bytes) => sign(algorithm, bytes, { key: secret, ...padding }).toString("hex"),
  };
}

interface Made {
  key: AnyKey;
  private: KeyObject;
  algorithm: string | null;
}

const pem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();

const kinds: Record<Kind, () => Made> = {
  ed25519: () => {
    const pair = generateKeyPairSync("ed25519");
    const raw = pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
    return {
      key: { keytype: "ed25519", scheme: "ed25519", keyval: { public: raw } },
      private: pair.privateKey,
      algorithm: null,
    };
  },
  ecdsa: () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return {
      key: { keytype: "ecdsa", scheme: "ecdsa-sha2-nistp256", keyval: { public: pem(pair.publicKey) } },
      private: pair.privateKey,
      algorithm: "sha256",
    };
  },
  rsa: () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return {
      key: { keytype: "rsa", scheme: "rsassa-pss-sha256", keyval: { public: pem(pair.publicKey) } },
      private: pair.privateKey,
      algorithm: "sha256",
    };
  },
};
