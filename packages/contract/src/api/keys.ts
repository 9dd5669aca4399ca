/** The keys that everything kept here is sealed with: what holds them, their rotation, and unsealing at a start. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { administering, auditing, Strict, Time } from "./schemas.ts";

/** What wraps the data keys: a file, a file that a passphrase opens, or a key that never leaves Vault or OpenBao. */
export const keyProviderKinds = ["file", "passphrase", "transit"] as const;
export type KeyProviderKind = (typeof keyProviderKinds)[number];

const KeyProviderStatus = Strict({
  kind: Type.Enum(keyProviderKinds),
  /** Where the file is, so that a person knows of what to keep a copy. */
  file: Type.String(),
  /** Of `transit`: where the key is, and how this deployment proves who it is. */
  transit: Type.Optional(
    Strict({
      address: Type.String(),
      mount: Type.String(),
      key: Type.String(),
      namespace: Type.Optional(Type.String()),
      signIn: Type.Enum(["token", "approle"]),
    }),
  ),
});
export type KeyProviderStatus = Static<typeof KeyProviderStatus>;

export const DataKey = Strict({
  id: Type.Integer(),
  /** `pending` opens already and does not seal yet; `active` seals; `retired` opens what it sealed. */
  state: Type.Enum(["pending", "active", "retired"]),
  createdAt: Time,
  retiredAt: Type.Optional(Time),
  /** Values that it still seals, as the last rotation counted them; absent while nobody counted. */
  values: Type.Optional(Type.Integer()),
});
export type DataKey = Static<typeof DataKey>;

export const KeyRotation = Strict({
  id: Type.String(),
  /** The key that everything is sealed with anew. */
  key: Type.Integer(),
  state: Type.Enum(["running", "stopped", "failed", "finished"]),
  startedAt: Time,
  startedBy: Type.String(),
  finishedAt: Type.Optional(Time),
  /** Values sealed anew, of those that there were when it began. */
  done: Type.Integer(),
  total: Type.Integer(),
  /** What it is at: the kind of data, in words. */
  at: Type.Optional(Type.String()),
  /** Why it waits or failed, as an error code and a sentence. */
  fault: Type.Optional(Strict({ code: Type.String(), detail: Type.String() })),
});
export type KeyRotation = Static<typeof KeyRotation>;

/** Where the sealed bytes of attachments go. Those that are stored stay where they are. */
const AttachmentPlace = Strict({
  kind: Type.Enum(["folder", "bucket"]),
  folder: Type.String(),
  /** The bucket that is in use, or was: what it holds is still read from it. */
  bucket: Type.Optional(
    Strict({
      endpoint: Type.Optional(Type.String()),
      region: Type.String(),
      bucket: Type.String(),
      accessKeyId: Type.String(),
    }),
  ),
});
export type AttachmentPlace = Static<typeof AttachmentPlace>;

export const KeysAnswer = Strict({
  provider: KeyProviderStatus,
  keys: Type.Array(DataKey),
  rotation: Type.Optional(KeyRotation),
  attachments: AttachmentPlace,
});
export type KeysAnswer = Static<typeof KeysAnswer>;

const keysGet = defineOperation({
  id: "getKeys",
  method: "GET",
  path: "/api/v1/keys",
  tag: "keys",
  summary: "Read what holds the keys, which keys there are, and how far their rotation is",
  access: auditing,
  console: { screen: "/settings/keys" },
  audit: "denials",
  responses: { 200: KeysAnswer },
});

const rotate = defineOperation({
  id: "rotateKeys",
  method: "POST",
  path: "/api/v1/keys/rotation",
  tag: "keys",
  summary: "Make a new data key and seal everything with it anew, or go on with the rotation that was stopped",
  access: administering,
  console: { screen: "/settings/keys" },
  audit: "intent",
  stepUp: true,
  responses: { 202: KeyRotation },
});

const rotationStop = defineOperation({
  id: "stopKeyRotation",
  method: "DELETE",
  path: "/api/v1/keys/rotation",
  tag: "keys",
  summary: "Stop the rotation where it is; both keys stay, and it can go on later",
  access: administering,
  console: { screen: "/settings/keys" },
  audit: "intent",
  responses: { 200: KeyRotation },
});

const keyDestroy = defineOperation({
  id: "destroyKey",
  method: "DELETE",
  path: "/api/v1/keys/{key}",
  tag: "keys",
  summary: "Destroy a retired key for good; refused while it seals a single value",
  access: administering,
  console: { screen: "/settings/keys" },
  audit: "intent",
  stepUp: true,
  params: Strict({ key: Type.Integer({ minimum: 1 }) }),
  responses: { 200: KeysAnswer },
});

const Passphrase = Type.String({ minLength: 16, maxLength: 256 });
const Name = Type.String({ minLength: 1, maxLength: 128, pattern: "^[A-Za-z0-9][A-Za-z0-9_./-]*$" });
const Secret = Type.String({ minLength: 1, maxLength: 4096 });

export const KeyProviderChoice = Type.Union([
  Strict({ kind: Type.Literal("file") }),
  Strict({ kind: Type.Literal("passphrase"), passphrase: Passphrase }),
  Strict({
    kind: Type.Literal("transit"),
    /** `https://vault.example.org:8200`. */
    address: Type.String({ minLength: 8, maxLength: 300 }),
    mount: Name,
    key: Name,
    namespace: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    /** PEM of the authority that its certificate is of, where that is not a public one. */
    authority: Type.Optional(Type.String({ maxLength: 16_384 })),
    signIn: Type.Union([
      Strict({ kind: Type.Literal("token"), token: Secret }),
      Strict({ kind: Type.Literal("approle"), roleId: Secret, secretId: Secret }),
    ]),
  }),
]);
export type KeyProviderChoice = Static<typeof KeyProviderChoice>;

const providerPut = defineOperation({
  id: "setKeyProvider",
  method: "PUT",
  path: "/api/v1/keys/provider",
  tag: "keys",
  summary: "Choose what holds the keys, or give a new passphrase; a new wrapping key is made and proven first",
  access: administering,
  console: { screen: "/settings/keys" },
  audit: "intent",
  stepUp: true,
  body: KeyProviderChoice,
  responses: { 200: KeysAnswer },
});

export const AttachmentPlaceChoice = Type.Union([
  Strict({ kind: Type.Literal("folder") }),
  Strict({
    kind: Type.Literal("bucket"),
    /** Origin of a storage that is not Amazon's, e.g. `https://s3.example.org`. */
    endpoint: Type.Optional(Type.String({ minLength: 8, maxLength: 300 })),
    region: Type.String({ minLength: 1, maxLength: 60, pattern: "^[a-z0-9-]+$" }),
    bucket: Type.String({ minLength: 3, maxLength: 63, pattern: "^[a-z0-9][a-z0-9.-]+$" }),
    accessKeyId: Secret,
    secretAccessKey: Secret,
    /** PEM of the authority that its certificate is of, where that is not a public one. */
    authority: Type.Optional(Type.String({ maxLength: 16_384 })),
  }),
]);
export type AttachmentPlaceChoice = Static<typeof AttachmentPlaceChoice>;

const attachmentsPut = defineOperation({
  id: "setAttachmentPlace",
  method: "PUT",
  path: "/api/v1/keys/attachments",
  tag: "keys",
  summary: "Choose where the sealed bytes of new attachments go; a bucket is proven first",
  access: administering,
  console: { screen: "/settings/keys" },
  audit: "intent",
  stepUp: true,
  body: AttachmentPlaceChoice,
  responses: { 200: KeysAnswer },
});

const unseal = defineOperation({
  id: "unseal",
  method: "POST",
  path: "/api/v1/unseal",
  tag: "keys",
  summary: "Give the passphrase that a sealed start waits for",
  access: "public",
  console: { screen: "/unseal" },
  audit: "intent",
  body: Strict({ passphrase: Type.Optional(Type.String({ maxLength: 256 })) }),
  responses: { 200: Strict({ status: Type.Enum(["opening"]) }) },
});

export const keyOperations = [keysGet, rotate, rotationStop, keyDestroy, providerPut, attachmentsPut, unseal] as const;
