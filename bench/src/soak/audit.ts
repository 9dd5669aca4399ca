import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { openAuditLog, verifyAuditLog, verifyInclusion, type AuditInput, type AuditLog } from "@hilum/audit";
import { createTempDir } from "@hilum/testkit";
import { percentile } from "../row.ts";
import { stepsOf, type SoakPart, type SoakRun } from "./part.ts";

const waiters = 512;
const proofs = 1_000;
const origin = "hilum.example/audit/soak";

/** Fills a log and asks it for proofs. Ten million entries take about 4 GB of the temporary folder. */
export const audit: SoakPart = {
  about: "fills an audit log (400 MB per million); proofs stay fast and the whole log verifies",
  unit: "entries",
  count: 10_000_000,
  run,
};

async function run({ count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-audit");
  const { privateKey: signingKey } = generateKeyPairSync("ed25519");
  const log = await openAuditLog({ dir: dir.path, origin, signingKey });
  try {
    for (const { until, size } of stepsOf(count)) {
      progress(`appending up to ${until} of ${count}`);
      const beganMs = performance.now();
      await appendUntil(log, until, signal);
      const appendMs = performance.now() - beganMs;
      const times = await timeProofs(log);
      report({
        entries: log.size,
        "appended/s": (size * 1000) / appendMs,
        "proof p50 ms": percentile(times, 0.5),
        "proof p99 ms": percentile(times, 0.99),
        "log MB": log.status().bytes / 1e6,
      });
      if (signal.aborted) break;
    }
  } finally {
    await log.close();
  }
  progress("verifying");
  const beganMs = performance.now();
  const { ok, problems } = await verifyAuditLog({ dir: dir.path, origin, publicKey: createPublicKey(signingKey) });
  if (!ok) throw new Error(`the log does not verify: ${problems[0]?.message}`);
  report({ entries: log.size, "verified/s": (log.size * 1000) / (performance.now() - beganMs) });
}

async function appendUntil(log: AuditLog, until: number, signal: AbortSignal): Promise<void> {
  let next = log.size;
  const waiter = async (): Promise<void> => {
    while (next < until && !signal.aborted) await log.append(entryNumber(next++));
  };
  await Promise.all(Array.from({ length: waiters }, waiter));
}

/** Proofs of entries all over the log, some of them checked against its root (RFC 6962 section 2.1.1). */
async function timeProofs(log: AuditLog): Promise<number[]> {
  const { size, root } = await log.checkpoint();
  const times: number[] = [];
  for (let asked = 0; asked < proofs; asked += 1) {
    const index = Math.floor(Math.random() * size);
    const beganMs = performance.now();
    const proof = await log.inclusionProof(index, size);
    times.push(performance.now() - beganMs);
    for await (const { leafHash } of asked % 50 === 0 ? log.read(index, index + 1) : [])
      if (!verifyInclusion(index, size, leafHash, proof, root)) throw new Error(`the proof of entry ${index} is wrong`);
  }
  return times;
}

/** An entry as a governed call writes it. */
function entryNumber(index: number): AuditInput {
  const call = `c-${(index >> 1).toString(36)}`;
  const about = {
    call,
    actor: "system:outbox",
    action: "messages.send",
    plugin: "com.example.sms",
    instance: "default",
  };
  const record = { resource: "Communication", ref: index.toString(36).padStart(22, "x"), purpose: "TREAT" } as const;
  return index % 2 === 0
    ? { kind: "intent", ...about, ...record, decision: "allow" }
    : { kind: "outcome", ...about, ...record, outcome: "ok", bytes: 200 };
}
