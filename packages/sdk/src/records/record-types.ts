import type { CanonicalType } from "@hilum/contract/fhir";
import type { Resource } from "@medplum/fhirtypes";

/** A FHIR R4 resource of one of the platform's types. */
export type RecordResource = Extract<Resource, { resourceType: CanonicalType }>;
export type RecordOf<Type extends CanonicalType> = Extract<Resource, { resourceType: Type }>;

/** Bytes of a Binary, or of an attachment that is too large for a frame, on their way out. */
export interface GivenContent {
  contentType: string;
  /** As they come: chunks of any size, or all at once. */
  bytes: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Bytes of a record that can be read while the call runs. */
export interface HeldContent {
  contentType: string;
  size: number;
  /** From the start, in chunks of at most 512 KiB. */
  read(): AsyncIterable<Uint8Array>;
}
