import { Agent } from "node:https";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { HilumError } from "@hilum/contract/errors";
import type { BucketSettings } from "../ports/blob-places.ts";
import type { BlobPlace } from "./blob-place.ts";

/** Two parts are in memory at most; S3 takes 10,000 of them, so 80 GiB. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 2;
const connectMs = 5_000;
const requestMs = 60_000;

/**
 * Objects below the deployment's own prefix of a bucket. The SDK is loaded here, so that a folder does not pay for it; it
 * repeats what fails for a moment, and takes unfinished uploads back.
 */
export async function openBucketPlace(settings: BucketSettings, deployment: string): Promise<BlobPlace> {
  const sdk = await import("@aws-sdk/client-s3");
  const { Upload } = await import("@aws-sdk/lib-storage");
  const client = await connect(settings);
  const { bucket: Bucket } = settings;
  const prefix = `hilum/${deployment}/`;
  const at = (object: string) => ({ Bucket, Key: prefix + object });

  return {
    kind: "bucket",
    write: async (object, sealed) => {
      const upload = new Upload({
        client,
        params: { ...at(object), Body: Readable.from(sealed), ContentType: "application/octet-stream" },
        partSize: partBytes,
        queueSize: partsAtOnce,
      });
      await guard(settings, () => upload.done());
    },
    read: (object) => readObject(settings, () => client.send(new sdk.GetObjectCommand(at(object))), object),
    remove: async (object) => void (await guard(settings, () => client.send(new sdk.DeleteObjectCommand(at(object))))),
    list: async function* (beforeMs) {
      let ContinuationToken: string | undefined;
      do {
        const query = { Bucket, Prefix: prefix, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) };
        const page = await guard(settings, () => client.send(new sdk.ListObjectsV2Command(query)));
        for (const { Key = "", LastModified } of page.Contents ?? [])
          if (LastModified !== undefined && LastModified.getTime() < beforeMs) yield Key.slice(prefix.length);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
  };
}

async function connect(settings: BucketSettings): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  const { endpoint, region, accessKeyId, secretAccessKey, authority } = settings;
  return new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    // Storages other than Amazon's have no name of their own for each bucket, and not all know its newer checksums.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: new NodeHttpHandler({
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      httpsAgent: new Agent({ keepAlive: true, ...(authority === undefined ? {} : { ca: authority }) }),
    }),
  });
}

async function* readObject(
  settings: BucketSettings,
  get: () => Promise<{ Body?: unknown }>,
  object: string,
): AsyncGenerator<Uint8Array> {
  const { Body } = await guard(settings, get, object);
  try {
    yield* Body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw unavailable(settings, cause);
  }
}

async function guard<T>(settings: BucketSettings, work: () => Promise<T>, object?: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // What the content itself failed with, too large or not to be opened, is not the storage's failure.
    if (cause instanceof HilumError) throw cause;
    if (object !== undefined && nameOf(cause) === "NoSuchKey")
      throw new HilumError("envelope.invalid", { detail: `The object of the attachment ${object} is missing.`, cause });
    throw unavailable(settings, cause);
  }
}

function unavailable({ bucket, endpoint = "Amazon S3" }: BucketSettings, cause: unknown): HilumError {
  return new HilumError("blob.place_unavailable", {
    detail: `The bucket ${bucket} at ${endpoint}: ${nameOf(cause)}.`,
    cause,
  });
}

/** The code of S3 or of the connection: what it says beside may name more than it should. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "no answer";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
}
