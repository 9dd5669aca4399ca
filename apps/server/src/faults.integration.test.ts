import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createTempDir, noteSkip } from "@hilum/testkit";
import { describe, expect, it, vi } from "vitest";
import { someEmail, turnOnPractice, waitForState, waitUntil } from "../test-support/practice.ts";
import { startServerProcess, tryServerProcess, type FailedStart } from "../test-support/server-process.ts";
import { password, startTestServer } from "../test-support/test-server.ts";

// Several processes are started one after the other.
vi.setConfig({ testTimeout: 180_000 });

/** A start that must fail, and what it told the person who started it. */
async function refusedStart(folder: string, env: Record<string, string> = {}): Promise<FailedStart> {
  const started = await tryServerProcess({ folder, env });
  if ("child" in started) {
    await started.end("SIGKILL");
    throw new Error("the server started");
  }
  expect(started.code).toBe(1);
  expect(started.stderr).not.toMatch(/\n {4}at |node_modules/);
  return started;
}

/** Data of a server that ran and was stopped. */
async function makeData(): Promise<ReturnType<typeof createTempDir>> {
  const folder = createTempDir("fault");
  const server = await startTestServer({ folder: folder.path });
  await server.as("administrator");
  await server.close();
  return folder;
}

describe("a start that cannot be", () => {
  it("threat 228: refuses a data folder that another Hilum uses, and leaves that one alone", async () => {
    await using first = await startTestServer();
    const { stderr } = await refusedStart(first.folder);
    expect(stderr).toMatch(/Another (process|Hilum)/);
    expect((await first.nobody().call("getHealth")).status).toBe(200);
    await (await first.as("administrator")).ok("getAccount");
  });

  it("names the port that is in use and the setting to change", async () => {
    using folder = createTempDir("fault");
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, "localhost", () => resolve((other.address() as { port: number }).port)),
    );
    const { stderr } = await refusedStart(folder.path, { HILUM_PORT: String(port) });
    other.close();
    expect(stderr).toContain(`Port ${port} is in use`);
    expect(stderr).toContain("HILUM_PORT");
  });

  it("names the start setting that is wrong", async () => {
    using folder = createTempDir("fault");
    for (const env of [
      { HILUM_PORT: "https" },
      { HILUM_PUBLIC_URL: "http://x" },
      { HILUM_KEY_FILE: join(folder.path, "hilum-data", "inside.key") },
    ]) {
      const [name = ""] = Object.keys(env);
      expect((await refusedStart(folder.path, env as Record<string, string>)).stderr).toContain(name);
    }
    writeFileSync(folder.join("a-file"), "");
    expect((await refusedStart(folder.path, { HILUM_DATA_DIR: folder.join("a-file", "below") })).stderr).toContain(
      "data folder",
    );
  });

  it("refuses to go on without its key, with another key and with one that others can read, and goes on with its own", async () => {
    using folder = await makeData();
    const keyFile = folder.join("hilum-data.key");
    const kept = folder.join("kept.key");
    renameSync(keyFile, kept);
    expect((await refusedStart(folder.path)).stderr).toMatch(/key file is missing|HILUM_KEY_FILE/i);
    expect(existsSync(keyFile), "made a new key in silence").toBe(false);

    using other = await makeData();
    copyFileSync(other.join("hilum-data.key"), keyFile);
    chmodSync(keyFile, 0o600);
    expect((await refusedStart(folder.path)).stderr).toMatch(/key file/i);
    writeFileSync(keyFile, "not a key", { mode: 0o600 });
    expect((await refusedStart(folder.path)).stderr).toMatch(/key/i);

    copyFileSync(kept, keyFile);
    chmodSync(keyFile, 0o644);
    expect((await refusedStart(folder.path)).stderr).toContain("chmod 600");
    chmodSync(keyFile, 0o600);
    await using server = await startTestServer({ folder: folder.path });
    expect((await (await server.signIn("ana")).ok("getAccount")).username).toBe("ana");
  });

  it("names a damaged database and repairs nothing in silence", async () => {
    using folder = await makeData();
    const database = join(folder.path, "hilum-data", "hilum.db");
    for (const suffix of ["-wal", "-shm"]) rmSync(database + suffix, { force: true });
    const bytes = readFileSync(database);
    bytes.fill(0x5a, 0, 4096);
    writeFileSync(database, bytes);
    const { stderr } = await refusedStart(folder.path);
    expect(stderr).toContain("hilum.db");
    expect(readFileSync(database).equals(bytes)).toBe(true);
  });

  it("names a damaged certificate or makes a new one that clients can trust", async () => {
    using folder = await makeData();
    const tls = join(folder.path, "hilum-data", "tls");
    const [certificate = ""] = readdirSync(tls).filter((name) => name.endsWith(".pem") && !name.startsWith("ca"));
    writeFileSync(join(tls, certificate), "-----BEGIN CERTIFICATE-----\ndamaged\n-----END CERTIFICATE-----\n");
    const started = await tryServerProcess({ folder: folder.path });
    if ("child" in started) {
      expect((await started.client().call("getHealth")).status).toBe(200);
      await started.end("SIGTERM");
    } else expect(started.stderr).toContain(certificate);
  });
});

describe("a damaged audit log", () => {
  const segmentOf = (folder: string): string => join(folder, "hilum-data", "audit", "segments", "00000000.seg");

  it("threat 181: finds one changed byte on disk and names file and entry", async () => {
    await using server = await startTestServer();
    const administrator = await server.as("administrator");
    for (let at = 0; at < 20; at++) await administrator.ok("searchAudit", { query: { limit: 1 } });
    const verify = async () => {
      const { id } = await administrator.ok("verifyAudit");
      return await waitUntil(
        "the verification",
        () => administrator.ok("getVerification", { params: { verification: id } }),
        ({ state }) => state === "done",
      );
    };
    expect(await verify()).toMatchObject({ ok: true, problems: [] });
    const segment = segmentOf(server.folder);
    const before = readFileSync(segment);
    // A letter inside the text of an entry, so that its framing stays whole.
    const at = before.indexOf("searchAudit");
    expect(at).toBeGreaterThan(0);
    const file = openSync(segment, "r+");
    writeSync(file, Buffer.from("S"), 0, 1, at);
    closeSync(file);
    const report = await verify();
    expect(report.ok).toBe(false);
    expect(report.problems[0]?.index).toBeTypeOf("number");
    expect(segment).toContain(report.problems[0]?.file ?? "?");
    expect((await administrator.ok("getDashboard")).repairs.some(({ severity }) => severity === "critical")).toBe(true);
  });

  it("threat 183: refuses to start on a log that was cut below its checkpoint", async () => {
    using folder = await makeData();
    const segment = segmentOf(folder.path);
    // The file is made at its full size beforehand; its entries stand at the beginning.
    truncateSync(segment, readFileSync(segment).indexOf("createFirstAdministrator") + 4);
    const { stderr } = await refusedStart(folder.path);
    expect(stderr).toMatch(/audit/i);
  });

  it("threat 195: writes who read the log, lets the operator read none of it and nobody change it", async () => {
    await using server = await startTestServer();
    const administrator = await server.as("administrator");
    const operator = await server.as("operator");
    const auditor = await server.as("auditor");
    for (const id of ["searchAudit", "getAuditStatus", "verifyAudit"] as const)
      expect((await operator.call(id)).status, id).toBe(403);
    expect((await operator.call("exportAudit", { query: { format: "csv" } })).status).toBe(403);
    await auditor.ok("searchAudit", { query: { actor: "user:ana" } });
    await auditor.call("exportAudit", { query: { format: "jsonl" } });
    const { items } = await administrator.ok("searchAudit", { query: { actor: "user:auditor", limit: 200 } });
    expect(items.filter(({ kind }) => kind === "outcome").map(({ action }) => action)).toEqual(
      expect.arrayContaining(["searchAudit", "exportAudit"]),
    );
    const denied = await administrator.ok("searchAudit", { query: { actor: "user:operator", decision: "deny" } });
    expect(denied.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["searchAudit", "verifyAudit", "exportAudit"]),
    );
    expect((await auditor.call("rebuildAuditIndex")).status).toBe(403);
    for (const method of ["PUT", "PATCH", "DELETE", "POST"])
      expect((await administrator.send(method, "/api/v1/audit/entries/0")).status, method).toBe(405);
    const rebuilt = await administrator.ok("rebuildAuditIndex");
    expect(rebuilt.indexed).toBeGreaterThan(10);
    expect((await administrator.ok("getAuditEntry", { params: { index: 0 } })).proof.length).toBeGreaterThan(0);
  });
});

const mounted = mountSmallDisk();
if (mounted === undefined)
  noteSkip({
    name: "small-disk",
    reason: "a tmpfs cannot be mounted here",
    enable: "run the tests as root, where mounting is allowed",
  });

describe.skipIf(mounted === undefined)("a full disk", () => {
  it(
    "threat 188, 215: refuses what cannot be written with a cause, loses nothing acknowledged, and goes on when there is space",
    { timeout: 120_000 },
    async () => {
      const folder = mounted ?? "";
      try {
        const server = await startServerProcess({
          folder: createDir(folder, "home"),
          env: { HILUM_DATA_DIR: join(folder, "data") },
        });
        const administrator = server.client();
        await administrator.ok("createFirstAdministrator", {
          body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
        });
        await turnOnPractice(administrator);
        const { id } = await administrator.ok("sendMessage", { body: someEmail() });
        await waitForState(administrator, id, "sent");
        const ballast = join(folder, "ballast");
        fill(ballast);
        const refused = await waitUntil(
          "a refusal",
          () => administrator.call("sendMessage", { body: someEmail({ text: "x".repeat(200_000) }) }),
          ({ status }) => status >= 500,
          60_000,
        );
        expect(["data.no_space", "audit.blocked"]).toContain(refused.problem().code);
        const health = await server.client().call("getHealth");
        expect([200, 503]).toContain(health.status);
        rmSync(ballast);
        const ended = await server.end("SIGTERM");
        expect(ended.signal).toBeNull();
        const after = await startServerProcess({
          folder: join(folder, "home"),
          env: { HILUM_DATA_DIR: join(folder, "data") },
        });
        const again = after.client();
        await again.ok("signIn", { body: { username: "ana", password } });
        expect((await again.ok("getMessage", { params: { message: id } })).state).toBe("sent");
        const { id: next } = await again.ok("sendMessage", { body: someEmail() });
        await waitForState(again, next, "sent");
        await after.end("SIGTERM");
      } finally {
        unmount(folder);
      }
    },
  );
});

function createDir(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

/** Writes until nothing more fits. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let size = 1_048_576; size >= 512;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** A file system of its own, small enough to fill. */
function mountSmallDisk(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const folder = createTempDir("small-disk");
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder.path], { stdio: "ignore" });
    return folder.path;
  } catch {
    folder.remove();
    return undefined;
  }
}

function unmount(path: string): void {
  execFileSync("umount", ["-l", path], { stdio: "ignore" });
  rmSync(path, { recursive: true, force: true });
}
