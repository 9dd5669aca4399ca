/** Settings as hilum.json declares them. */
export interface ArchiveSettings {
  readonly [name: string]: unknown;
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly ca?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly encryption: "bucket" | "AES256" | "aws:kms";
  readonly kmsKeyId?: string;
  readonly lock: "none" | "GOVERNANCE" | "COMPLIANCE";
  readonly lockDays: number;
}
