/** Words that sources, listings, install jobs and publishing share. */
import type { Static } from "typebox";
import { Strict, Time } from "./schemas.ts";
import { Type } from "./type.ts";

export const SourceId = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", maxLength: 40 });
/** SHA-256 in hex. */
export const Digest = Type.String({ pattern: "^[0-9a-f]{64}$", maxLength: 64 });
export const Version = Type.String({ minLength: 5, maxLength: 64 });

/** A version as the marketplace offers it. */
export const OfferedVersion = Strict({
  version: Version,
  digest: Digest,
  bytes: Type.Integer(),
  publishedAt: Time,
  /** What changed, as plain text with line breaks. */
  changelog: Type.String(),
  security: Type.Boolean(),
  /** Taken out of the offer: not installed anew, let be where it is. */
  yanked: Type.Optional(Type.String()),
  /** Taken back as dangerous: not started any more where the policy says so. */
  revoked: Type.Optional(Type.String()),
  /** Until when it waits, where it is not old enough yet. */
  coolingOffUntil: Type.Optional(Time),
  /** Why it does not run on this Hilum. */
  unfit: Type.Optional(Type.String()),
  installed: Type.Boolean(),
});
export type OfferedVersion = Static<typeof OfferedVersion>;
