/**
 * Wraps the data keys of the database. `context` binds a wrapped key to its deployment and id, so that it cannot be
 * put in another's place.
 */
export interface KeyProvider {
  /** Stored beside each wrapped key, e.g. `file`. */
  readonly id: string;
  /** Called once for a database that has no keys yet: may make the key that wraps. */
  prepare?(): Promise<void>;
  /** `dek` is 32 bytes. */
  wrap(dek: Uint8Array, context: string): Promise<Uint8Array>;
  /** Throws `key.missing` or `key.wrong`. */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>;
}
