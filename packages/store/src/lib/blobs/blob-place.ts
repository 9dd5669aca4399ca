/** Where the sealed bytes of attachments are: a folder or a bucket. It sees ciphertext alone. */
export interface BlobPlace {
  readonly kind: "folder" | "bucket";
  /** Durable and whole under its name once resolved; after a failure nothing is there. Throws `data.no_space` or `blob.place_unavailable`. */
  write(object: string, sealed: AsyncIterable<Uint8Array>): Promise<void>;
  /** Throws, at the first piece, `envelope.invalid` when there is none of this name. */
  read(object: string): AsyncIterable<Uint8Array>;
  /** Also when there is none. */
  remove(object: string): Promise<void>;
  /** What was written before that time, in milliseconds. */
  list(beforeMs: number): AsyncIterable<string>;
}
