import { readFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { createTestHost, type TestHost, type TestHostOptions } from "@hilum/sdk/testing";
import { createCertificateAuthority, startS3Server, type S3Server } from "@hilum/testkit";
import { openBucket, type Bucket } from "../bucket.ts";
import { createS3ArchivePlugin } from "../plugin.ts";
import type { ArchiveSettings } from "../settings.ts";

export const manifest = readFileSync(new URL("../../hilum.json", import.meta.url), "utf8");

export interface World {
  s3: S3Server;
  settings: Readonly<Record<string, unknown>>;
  /** The plugin behind a tunnel, as it is granted. Close it. */
  open(settings?: Readonly<Record<string, unknown>>, options?: Partial<TestHostOptions>): Promise<TestHost>;
  /** What is in the bucket, seen from beside the plugin. */
  bucket(settings?: Readonly<Record<string, unknown>>): Bucket;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const authority = await createCertificateAuthority("S3 test authority");
  const certificate = await authority.issue({
    names: ["localhost", "127.0.0.1"],
    notAfter: new Date(Date.now() + 86_400_000),
  });
  const s3 = await startS3Server({ certificate, authority: authority.certificate });
  const { port, region, bucket, accessKeyId, secretAccessKey } = s3;
  const settings = {
    ...{ host: "localhost", port, region, bucket, prefix: "hilum/", ca: authority.certificate },
    ...{ accessKeyId, secretAccessKey, encryption: "bucket", lock: "none", lockDays: 1 },
  };
  return {
    ...{ s3, settings },
    open: (change = {}, options = {}) =>
      createTestHost(createS3ArchivePlugin(), {
        ...{ manifest, settings: { ...settings, ...change }, privateRanges: ["127.0.0.0/8"] },
        grants: ["net:tcp://{config.host}:{config.port}"],
        ...options,
      }),
    bucket: (change = {}) =>
      openBucket({ ...settings, ...change } as unknown as ArchiveSettings, ({ host, port: to, tls }) => {
        const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof connectTls>>();
        const socket = connectTls({ host, port: to, ...(typeof tls === "object" ? tls : {}) }, () => resolve(socket));
        socket.once("error", reject);
        return promise;
      }),
    close: () => s3.stop(),
  };
}
