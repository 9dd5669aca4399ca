import { Agent, type AgentOptions } from "node:https";
import { Readable, type Duplex } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { CallContext } from "@hilum/sdk";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { explainBroken, explainFailure, isAlreadyThere, isMissing } from "./explain-failure.ts";
import type { ArchiveSettings } from "./settings.ts";

type Connect = CallContext["connect"];

export interface Listed {
  /** Keys of objects, in the order of the alphabet. */
  keys: string[];
  /** With a delimiter: what stands before it. */
  folders: string[];
  /** Hand it back as `after` where there are more. */
  next?: string;
}

export interface GotObject {
  bytes: AsyncIterable<Uint8Array>;
  size: number;
  /** What was put with it. */
  details: Readonly<Record<string, string>>;
}

/** One bucket. What fails is a ProviderError with its cause; what is not there is undefined. */
export interface Bucket {
  readonly client: S3Client;
  /** Puts an object that is not there yet; false where it is, which is never written over. `kept`: under the lock of the settings. */
  put(
    key: string,
    body: Uint8Array | string,
    options?: { details?: Record<string, string>; type?: string; kept?: boolean },
  ): Promise<boolean>;
  /** Puts bytes of any length in parts, with two of them in memory at most. */
  putStream(key: string, bytes: AsyncIterable<Uint8Array>, options: { type: string }): Promise<boolean>;
  get(key: string): Promise<GotObject | undefined>;
  details(key: string): Promise<Readonly<Record<string, string>> | undefined>;
  list(prefix: string, options?: { folders?: boolean; after?: string; max?: number }): Promise<Listed>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Connections go through the platform's tunnel, which leads to the granted host alone; TLS is checked against its name. */
class TunnelAgent extends Agent {
  readonly #connect: () => Promise<Duplex>;

  constructor(connect: () => Promise<Duplex>, options: AgentOptions) {
    super(options);
    this.#connect = connect;
  }

  override createConnection(_options: unknown, done?: (error: Error | null, stream: Duplex) => void): undefined {
    void this.#open(done);
    return undefined;
  }

  async #open(done?: (error: Error | null, stream: Duplex) => void): Promise<void> {
    try {
      done?.(null, await this.#connect());
    } catch (error) {
      done?.(error as Error, undefined as never);
    }
  }
}

/** Parts of a file on their way: S3 takes 10,000 of them, so 80 GiB. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 2;

export function openBucket(settings: ArchiveSettings, connect: Connect): Bucket {
  const { host, port, region, bucket, ca, accessKeyId, secretAccessKey } = settings;
  const tls = { servername: host, minVersion: "TLSv1.2" as const, ...(ca === undefined || ca === "" ? {} : { ca }) };
  const agent = new TunnelAgent(() => connect({ host, port, tls }), { keepAlive: true, maxSockets: 12 });
  const client = new S3Client({
    region,
    endpoint: `https://${host}:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({ httpsAgent: agent, requestTimeout: 60_000 }),
  });
  const told = async <T>(work: Promise<T>): Promise<T> =>
    await work.catch((error: unknown) => Promise.reject(explainFailure(error, settings)));
  const once = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (error) {
      if (isAlreadyThere(error)) return false;
      throw explainFailure(error, settings);
    }
  };

  return {
    client,
    put: async (key, body, { details = {}, type = "application/octet-stream", kept = false } = {}) =>
      await once(
        client.send(
          new PutObjectCommand({
            ...{ Bucket: bucket, Key: key, Body: body, ContentType: type, Metadata: details, IfNoneMatch: "*" },
            ContentLength: Buffer.byteLength(body),
            ...encryptionOf(settings),
            ...(kept ? lockOf(settings) : {}),
          }),
        ),
      ),
    putStream: async (key, bytes, { type }) => {
      const upload = new Upload({
        client,
        params: {
          ...{ Bucket: bucket, Key: key, Body: Readable.from(bytes), ContentType: type },
          IfNoneMatch: "*",
          ...encryptionOf(settings),
          ...lockOf(settings),
        },
        partSize: partBytes,
        queueSize: partsAtOnce,
      });
      return await once(upload.done());
    },
    get: async (key) => {
      try {
        const { Body, ContentLength, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return {
          bytes: explainBroken(Body as unknown as AsyncIterable<Uint8Array>),
          size: ContentLength ?? 0,
          details: Metadata ?? {},
        };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw explainFailure(error, settings);
      }
    },
    details: async (key) => {
      try {
        return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).Metadata ?? {};
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw explainFailure(error, settings);
      }
    },
    list: async (prefix, { folders = false, after, max = 1000 } = {}) => {
      const listed = await told(
        client.send(
          new ListObjectsV2Command({
            ...{ Bucket: bucket, Prefix: prefix, MaxKeys: max },
            ...(folders ? { Delimiter: "/" } : {}),
            ...(after === undefined ? {} : { ContinuationToken: after }),
          }),
        ),
      );
      return {
        keys: (listed.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])),
        folders: (listed.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])),
        ...(listed.NextContinuationToken === undefined ? {} : { next: listed.NextContinuationToken }),
      };
    },
    remove: async (keys) => {
      if (keys.length === 0) return;
      const { Errors = [] } = await told(
        client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
        ),
      );
      const [refused] = Errors;
      if (refused !== undefined)
        throw explainFailure(
          Object.assign(new Error("Not deleted"), { name: refused.Code ?? "AccessDenied" }),
          settings,
        );
    },
  };
}

const dayMs = 86_400_000;

function encryptionOf({
  encryption,
  kmsKeyId = "",
}: ArchiveSettings): Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId"> {
  if (encryption === "bucket") return {};
  return {
    ServerSideEncryption: encryption,
    ...(encryption === "aws:kms" && kmsKeyId !== "" ? { SSEKMSKeyId: kmsKeyId } : {}),
  };
}

function lockOf({
  lock,
  lockDays,
}: ArchiveSettings): Pick<PutObjectCommandInput, "ObjectLockMode" | "ObjectLockRetainUntilDate"> {
  if (lock === "none") return {};
  return { ObjectLockMode: lock, ObjectLockRetainUntilDate: new Date(Date.now() + lockDays * dayMs) };
}

/** The whole of a small object. */
export async function readAll({ bytes }: Pick<GotObject, "bytes">): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
