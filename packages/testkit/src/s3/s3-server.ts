import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { IssuedCertificate } from "../certificates/certificate-authority.ts";
import { createTempDir } from "../files/temp-dir.ts";
import { askOverTls } from "../http/ask-over-tls.ts";
import { createTcpGate } from "../http/tcp-gate.ts";
import { requires } from "../run/requirement.ts";

export interface S3ServerOptions {
  /** For `localhost`, and the authority that issued it. */
  certificate: IssuedCertificate;
  authority: string;
}

/** An S3 server over TLS on loopback, which nobody here wrote (moto). It checks signatures and rights. */
export interface S3Server {
  readonly port: number;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A key whose user may list and read alone. */
  readonly readOnly: { accessKeyId: string; secretAccessKey: string };
  /** One without, and one with Object Lock. */
  readonly bucket: string;
  readonly lockedBucket: string;
  /** Its process ends, and with it all that it kept. */
  leave(): Promise<void>;
  /** It runs again at the same port, with the same keys and empty buckets. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const region = "eu-central-1";
const buckets = { bucket: "clinic-archive", lockedBucket: "clinic-locked" };
/** Questions before the server asks for signatures: two users with key and rights, and two buckets. */
const setUpCount = 8;

export async function startS3Server({ certificate: issued, authority }: S3ServerOptions): Promise<S3Server> {
  const program = requires("moto").path;
  if (program === undefined) throw new Error("moto is not installed; ask requires() first");
  const folder = createTempDir("s3");
  writeFileSync(folder.join("cert.pem"), issued.certificate);
  writeFileSync(folder.join("key.pem"), issued.key, { mode: 0o600 });
  const gate = createTcpGate();
  let leave = async (): Promise<void> => undefined;

  /** It keeps everything in memory, so it begins anew, with the same users, keys and empty buckets. */
  async function comeBack(): Promise<Pick<S3Server, "readOnly" | "accessKeyId" | "secretAccessKey">> {
    const child = spawn(
      program ?? "",
      ["-H", "127.0.0.1", "-p", "0", "-c", folder.join("cert.pem"), "-k", folder.join("key.pem")],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: process.env["PATH"], INITIAL_NO_AUTH_ACTION_COUNT: String(setUpCount), PYTHONUNBUFFERED: "1" },
      },
    );
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    leave = async () => {
      await gate.close();
      child.kill();
      await ended;
    };
    try {
      const port = await portOf(child);
      const ask = createAsk(port, authority);
      await ask.seed();
      const full = await ask.user("clinic", ["s3:*"]);
      const readOnly = await ask.user("reader", ["s3:ListBucket", "s3:GetObject"]);
      await ask.bucket(buckets.bucket, false);
      await ask.bucket(buckets.lockedBucket, true);
      await gate.open(port);
      return { ...full, readOnly };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  const users = await comeBack();
  return {
    ...{ port: gate.port, region, ...buckets, ...users },
    leave: () => leave(),
    comeBack: async () => void (await comeBack()),
    async stop() {
      await leave();
      folder.remove();
    },
  };
}

/** Reads where it listens from what it says of itself. */
function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  const read = (chunk: Buffer): void => {
    said += chunk.toString();
    const port = /Running on https:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) resolve(Number(port));
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`moto ended with ${code}: ${said}`)));
  return promise;
}

/** It loads a service when it is first asked for it, which takes seconds where the machine has other work. */
const firstAnswerMs = 60_000;

/** What is set up before the server asks for signatures: the header says only which service is meant. */
function createAsk(port: number, authority: string) {
  const place = { port, authority, timeoutMs: firstAnswerMs };
  const meant = (service: string): string =>
    `AWS4-HMAC-SHA256 Credential=setup/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

  async function iam(form: Record<string, string>): Promise<string> {
    const { status, body } = await askOverTls({
      ...{ ...place, method: "POST", path: "/" },
      headers: { authorization: meant("iam"), "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ Version: "2010-05-08", ...form }).toString(),
    });
    if (status !== 200) throw new Error(`${form["Action"]}: ${status} ${body.toString("utf8")}`);
    return body.toString("utf8");
  }

  return {
    /** What it makes up is the same each time. */
    async seed() {
      const { status } = await askOverTls({ ...place, method: "POST", path: "/moto-api/seed?a=7" });
      if (status !== 200) throw new Error(`seed: ${status}`);
    },
    async user(name: string, rights: readonly string[]) {
      await iam({ Action: "CreateUser", UserName: name });
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: rights, Resource: "*" }],
      });
      await iam({ Action: "PutUserPolicy", UserName: name, PolicyName: "rights", PolicyDocument });
      const answer = await iam({ Action: "CreateAccessKey", UserName: name });
      const part = (tag: string): string => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(answer)?.[1] ?? "";
      return { accessKeyId: part("AccessKeyId"), secretAccessKey: part("SecretAccessKey") };
    },
    async bucket(name: string, lock: boolean) {
      const { status, body } = await askOverTls({
        ...{ ...place, method: "PUT", path: `/${name}` },
        headers: {
          authorization: meant("s3"),
          ...(lock ? { "x-amz-bucket-object-lock-enabled": "true" } : {}),
        },
        body: `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
      });
      if (status !== 200) throw new Error(`${name}: ${status} ${body.toString("utf8")}`);
    },
  };
}
