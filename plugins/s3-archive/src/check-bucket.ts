import { randomBytes } from "node:crypto";
import { GetBucketEncryptionCommand, GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { checkClaim, ProviderError, type Evidence } from "@hilum/sdk";
import { readAll, type Bucket } from "./bucket.ts";
import { explainFailure } from "./explain-failure.ts";
import { createObjectKeys } from "./object-keys.ts";
import type { ArchiveSettings } from "./settings.ts";

interface Tried {
  bucket: Bucket;
  settings: ArchiveSettings;
}

type Step = [id: string, title: string, run: (tried: Tried) => Promise<string | undefined>];

const authentication: Step = [
  "authentication",
  "The service takes the access key, and the bucket is there",
  async ({ bucket, settings }) => {
    // A HEAD would have no body to say why not.
    await bucket.list(settings.prefix, { max: 1 });
    return `${settings.bucket}, ${settings.region}.`;
  },
];

const lock: Step = [
  "lock",
  "The bucket can lock objects",
  async ({ bucket, settings }) => {
    if (settings.lock === "none") return "No lock is asked for.";
    const { ObjectLockConfiguration: configuration } = await bucket.client
      .send(new GetObjectLockConfigurationCommand({ Bucket: settings.bucket }))
      .catch((error: unknown) => Promise.reject(explainFailure(error, settings)));
    if (configuration?.ObjectLockEnabled !== "Enabled")
      throw new ProviderError("provider.refused", {
        cause: "configuration",
        field: "/lock",
        detail: "The bucket was made without Object Lock.",
        fix: "Make a bucket with Object Lock, or choose no lock.",
      });
    return `${settings.lockDays} days, ${settings.lock === "COMPLIANCE" ? "which nobody can lift" : "which a right can lift"}.`;
  },
];

const roundTrip: Step = [
  "round-trip",
  "It keeps an object, gives it back, and does not let it be written over",
  async ({ bucket, settings }) => {
    const key = createObjectKeys(settings.prefix).check(randomBytes(8).toString("hex"));
    const text = "Made up by Hilum to try the bucket.";
    await bucket.put(key, text);
    try {
      const found = await bucket.get(key);
      if (found === undefined || (await readAll(found)).toString("utf8") !== text) throw lost("gave it back changed");
      const { keys } = await bucket.list(key);
      if (!keys.includes(key)) throw lost("does not list it");
      if (await bucket.put(key, "Written over."))
        throw new ProviderError("provider.refused", {
          cause: "configuration",
          detail: "The service lets an object be written over, although it was asked not to (If-None-Match).",
          fix: "Use a service that honours conditional writes, or a bucket with Object Lock: an archive is written once.",
        });
    } finally {
      await bucket.remove([key]);
    }
    return "A made-up object went there and is deleted again.";
  },
];

const lost = (how: string): ProviderError =>
  new ProviderError("provider.bad_answer", { detail: `The service took an object and ${how}.`, field: "/host" });

export const checkKey = (tried: Tried): Promise<Evidence[]> => runUntilFailure(tried, [authentication]);

/** What the service does with what it is handed; encryption is told and never a reason to stop. */
export async function checkProtection(tried: Tried): Promise<Evidence[]> {
  const rows = await runUntilFailure(tried, [authentication, lock]);
  return [...rows.filter(({ id, status }) => id === "lock" || status === "failed"), await checkEncryption(tried)];
}

export const checkBucket = (tried: Tried): Promise<Evidence[]> =>
  runUntilFailure(tried, [authentication, lock, roundTrip]);

async function checkEncryption({ bucket, settings }: Tried): Promise<Evidence> {
  const row = { id: "encryption", title: "Objects are encrypted at rest" };
  if (settings.encryption !== "bucket")
    return { ...row, status: "passed", detail: `Each object is asked to be: ${settings.encryption}.` };
  const rules = await bucket.client
    .send(new GetBucketEncryptionCommand({ Bucket: settings.bucket }))
    .then(({ ServerSideEncryptionConfiguration: configuration }) => configuration?.Rules ?? [])
    .catch(() => []);
  const [rule] = rules;
  const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  if (algorithm !== undefined) return { ...row, status: "passed", detail: `The bucket does it: ${algorithm}.` };
  return {
    ...row,
    status: "warning",
    cause: "configuration",
    detail: "The bucket does not say that it encrypts.",
    fix: "Choose an encryption here, or look whether the service's disks are encrypted.",
    field: "/encryption",
  };
}

async function runUntilFailure(tried: Tried, steps: readonly Step[]): Promise<Evidence[]> {
  const rows: Evidence[] = [];
  for (const [id, title, run] of steps)
    rows.push(
      rows.some(({ status }) => status === "failed")
        ? { id, title, status: "skipped", detail: "Not tried: a step before it failed." }
        : await checkClaim(id, title, () => run(tried)),
    );
  return rows;
}
