import { createPublicKey, generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openAuditLog, verifyAuditLog, verifyInclusion, type AuditInput, type AuditLog } from "@hilum/audit";

/** One line of the table of figures. */
export interface Row {
  figure: string;
  value: number;
  unit: string;
  budget?: string;
}

const WAITERS = 64;
const ORIGIN = "hilum.example/audit/bench";

/**
 * Measures the audit log on the disk of the temporary directory: appends with 64 waiters, a governed call's two durable
 * entries one at a time, verification, and inclusion proofs over `entries` entries of about 390 bytes.
 */
export async function measureAudit(entries = 100_000): Promise<Row[]> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "hilum-bench-audit-"));
  const { privateKey: signingKey } = generateKeyPairSync("ed25519");
  try {
    const log = await openAuditLog({ dir, origin: ORIGIN, signingKey });
    await appendAll(log, Math.ceil(entries / 10), 0);
    const started = performance.now();
    await appendAll(log, entries, entries);
    const appendMs = performance.now() - started;
    const aloneUs = await measureAlone(log);
    await log.checkpoint();
    const proofsMs = await measureProofs(log);
    const { size } = log;
    await log.close();
    const verifyStarted = performance.now();
    const report = await verifyAuditLog({ dir, origin: ORIGIN, publicKey: createPublicKey(signingKey) });
    const verifyMs = performance.now() - verifyStarted;
    if (!report.ok) throw new Error(`the log does not verify: ${report.problems[0]?.message}`);
    return [
      {
        figure: `audit append, ${WAITERS} waiters`,
        value: Math.round((entries / appendMs) * 1000),
        unit: "entries/s",
        budget: ">= 60,000",
      },
      { figure: "audit append, one at a time, p50", value: percentile(aloneUs, 0.5), unit: "us" },
      { figure: "audit append, one at a time, p99", value: percentile(aloneUs, 0.99), unit: "us" },
      {
        figure: "audit verify, one thread",
        value: Math.round((size / verifyMs) * 1000),
        unit: "entries/s",
        budget: ">= 200,000",
      },
      { figure: `audit inclusion proof at ${size}, p50`, value: percentile(proofsMs, 0.5), unit: "ms" },
      { figure: `audit inclusion proof at ${size}, p99`, value: percentile(proofsMs, 0.99), unit: "ms", budget: "< 5" },
    ];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

async function appendAll(log: AuditLog, count: number, offset: number): Promise<void> {
  let next = 0;
  const waiter = async (): Promise<void> => {
    while (next < count) await log.append(entryNumber(offset + next++));
  };
  await Promise.all(Array.from({ length: WAITERS }, waiter));
}

async function measureAlone(log: AuditLog): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < 1000; i += 1) {
    const started = performance.now();
    await log.append(entryNumber(i));
    times.push((performance.now() - started) * 1000);
  }
  return times;
}

async function measureProofs(log: AuditLog): Promise<number[]> {
  const { size, root } = await log.checkpoint();
  const times: number[] = [];
  for (let i = 0; i < 500; i += 1) {
    const index = (i * 7_919) % size;
    const started = performance.now();
    const proof = await log.inclusionProof(index, size);
    times.push(performance.now() - started);
    for await (const { leafHash } of i % 100 === 0 ? log.read(index, index + 1) : []) {
      if (!verifyInclusion(index, size, leafHash, proof, root)) throw new Error(`the proof of entry ${index} is wrong`);
    }
  }
  return times;
}

/** An entry as a governed call writes it. */
function entryNumber(i: number): AuditInput {
  return {
    kind: i % 2 === 0 ? "intent" : "outcome",
    call: `c-${(i >> 1).toString(36)}`,
    request: `r-${i.toString(16).padStart(12, "0")}`,
    actor: "plugin:com.example.sms/default",
    via: "user:ana",
    action: "messages.send",
    plugin: "com.example.sms",
    instance: "default",
    resource: "Communication",
    ref: i.toString(16).padStart(22, "x"),
    purpose: "TREAT",
    ...(i % 2 === 0 ? { decision: "allow", reason: "policy.grant" } : { outcome: "ok", bytes: 200 + (i % 50) }),
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN) * 100) / 100;
}

if (import.meta.main) {
  for (const { figure, value, unit, budget } of await measureAudit(Number(process.argv[2] ?? 100_000))) {
    process.stdout.write(
      `${figure.padEnd(44)} ${value.toLocaleString("en")} ${unit}${budget === undefined ? "" : ` (budget ${budget})`}\n`,
    );
  }
}
