/** A bucket of an S3-compatible storage, and a key that may put, get, list and delete objects in it. */
export interface BucketSettings {
  /** Origin of a storage that is not Amazon's, e.g. `https://s3.example.org`. */
  endpoint?: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** PEM of the authority that its certificate is of, where that is not a public one. */
  authority?: string;
}

export type BlobPlaceChoice = { kind: "folder" } | ({ kind: "bucket" } & BucketSettings);

export interface BlobPlaceStatus {
  /** Where new attachments go. */
  kind: "folder" | "bucket";
  folder: string;
  /** The bucket that is in use, or was: what it holds is still read from it. */
  bucket?: { endpoint?: string; region: string; bucket: string; accessKeyId: string };
}

/** Where the sealed bytes of attachments go. Those that are stored stay where they are, and are read from there. */
export interface BlobPlaceSettings {
  status(): Promise<BlobPlaceStatus>;
  /**
   * Proves a bucket by writing, reading and removing an object. Throws `blob.place_unavailable`, `request.invalid` for
   * an address that cannot be used, and `request.conflict` for another bucket while one still holds attachments.
   */
  use(choice: BlobPlaceChoice): Promise<void>;
}
