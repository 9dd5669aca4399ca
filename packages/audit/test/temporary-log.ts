import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import {
  openAuditLog,
  verifyAuditLog,
  type AuditInput,
  type AuditLog,
  type AuditLogOptions,
  type VerifyReport,
} from "@hilum/audit";

export const ORIGIN = "hilum.example/audit/test";

/** Small, so that a few hundred entries fill several. */
export const SEGMENT_BYTES = 64 * 1024;

const keys = generateKeyPairSync("ed25519");
export const signingKey: KeyObject = keys.privateKey;
export const publicKey: KeyObject = createPublicKey(keys.privateKey);

/** An empty directory that is removed when the test is over. */
export function temporaryDirectory(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "hilum-audit-"));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function openTestLog(dir: string, options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  return openAuditLog({ dir, origin: ORIGIN, signingKey, segmentBytes: SEGMENT_BYTES, ...options });
}

export function verifyTestLog(dir: string, options: { from?: number; to?: number } = {}): Promise<VerifyReport> {
  return verifyAuditLog({ dir, origin: ORIGIN, publicKey, ...options });
}

/** Entry number `i`: an intent when even, its outcome when odd. */
export function entryNumber(i: number): AuditInput {
  const common = {
    call: `c-${i >> 1}`,
    actor: "plugin:com.example.sms/default",
    action: "messages.send",
    plugin: "com.example.sms",
    instance: "default",
    resource: "Communication",
  };
  return i % 2 === 0
    ? { ...common, kind: "intent", decision: "allow" }
    : { ...common, kind: "outcome", outcome: "ok", bytes: i };
}

/** Appends `count` entries in groups of `group`, so that commits hold several. */
export async function appendMany(log: AuditLog, count: number, group = 7): Promise<void> {
  for (let i = 0; i < count; i += group) {
    await Promise.all(Array.from({ length: Math.min(group, count - i) }, (_, k) => log.append(entryNumber(i + k))));
  }
}

/** A closed, checkpointed log of `count` entries. */
export async function writeLog(dir: string, count: number, options: Partial<AuditLogOptions> = {}): Promise<void> {
  const log = await openTestLog(dir, options);
  await appendMany(log, count);
  await log.close();
}

/** Every file of a log that its owner can change, relative to the directory. */
export function filesOf(dir: string): string[] {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => path.relative(dir, path.join(item.parentPath, item.name)))
    .toSorted();
}

/** Changes one byte of a file in place. */
export function flipByte(file: string, offset: number, bits = 0x01): void {
  const bytes = fs.readFileSync(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ bits;
  fs.writeFileSync(file, bytes);
}
