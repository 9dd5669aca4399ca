import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir, findProgram, hostilePlugins, noteSkip, requires } from "@hilum/testkit";
import { createSandbox } from "./create-sandbox.ts";
import { identifyProcess, isRunning, waitUntilGone } from "./process-tree.ts";
import type { Sandbox, SandboxLimits, StartSpec } from "./sandbox.ts";

const limits: SandboxLimits = { memoryMb: 96, cpu: 0.5, pids: 40, tmpMb: 4 };
const isolated = requires("bubblewrap").available;
const python = requires("python3").available;
const temp = createTempDir("sandbox-host");
const codeDir = temp.join("code");
const spec = (entry: string, more: Partial<StartSpec> = {}): StartSpec => ({
  plugin: "org.example.plugin",
  instance: "default",
  runtime: entry.endsWith(".py") ? "python" : "node",
  codeDir,
  entry,
  limits,
  ...more,
});

beforeAll(() => {
  mkdirSync(codeDir);
  cpSync(hostilePlugins, codeDir, { recursive: true });
});
afterAll(() => temp.remove());

describe("a host without the means to isolate", () => {
  it("threat 16: refuses to start anything where bubblewrap is missing, and says what to install", async () => {
    const sandbox = await createSandbox({ stateDir: temp.join("missing"), bubblewrapPath: "/nonexistent/bwrap" });
    expect(sandbox.report().level).toBe("not_available");
    await expect(sandbox.start(spec("noise.mjs"))).rejects.toMatchObject({
      code: "sandbox.unavailable",
      detail: expect.stringContaining("apt install bubblewrap"),
    });
    expect(sandbox.report()).toMatchObject({ level: "not_available", reason: "bubblewrap is not installed" });
    await sandbox.close();
  });

  it("threat 16: refuses where bubblewrap is there and the kernel is not willing", async () => {
    const unwilling = temp.join("bwrap");
    writeFileSync(
      unwilling,
      '#!/bin/sh\n[ "$1" = --version ] && { echo bubblewrap 0.8.0; exit 0; }\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
    );
    chmodSync(unwilling, 0o755);
    const sandbox = await createSandbox({ stateDir: temp.join("unwilling"), bubblewrapPath: unwilling });
    expect(await sandbox.check()).toMatchObject({
      level: "not_available",
      reason: expect.stringContaining("namespace"),
    });
    await expect(sandbox.start(spec("noise.mjs"))).rejects.toMatchObject({ code: "sandbox.unavailable" });
    await sandbox.close();
  });

  it("threat 16: a bubblewrap that isolates nothing is found out by the self-test", async () => {
    const namespaces = Object.fromEntries(
      ["mnt", "pid", "net", "ipc", "uts", "user"].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)]),
    );
    const outcomes = [
      "firstEnvironment",
      "signalHost",
      "readShadow",
      "readHostFolder",
      "writeCode",
      "writeRoot",
      "fillScratch",
      "netlink",
      "tcp",
      "abstract",
    ];
    const open = {
      ...Object.fromEntries(outcomes.map((name) => [name, "allowed"])),
      status: { Uid: "0\t0\t0\t0", CapEff: "000001ffffffffff", NoNewPrivs: "0", Seccomp: "0" },
      namespaces,
      hostname: "host",
      limits: "Max core file size        unlimited            unlimited            bytes     \n",
      environment: ["PATH", "HILUM_KEY_FILE"],
      descriptors: 3,
      processes: 200,
    };
    // Says what a probe in the open would say, without running it there.
    writeFileSync(temp.join("open.json"), JSON.stringify(open));
    const pretending = temp.join("pretending-bwrap");
    writeFileSync(
      pretending,
      `#!/bin/sh
[ "$1" = --version ] && { echo bubblewrap 0.11.0; exit 0; }
echo "{\\"child-pid\\": $$}" >&4
for last; do :; done
case "$last" in
  */attacks.mjs) cat ${temp.join("open.json")} ;;
  */processor.mjs) echo 1 ;;
  *) echo allowed ;;
esac
echo '{"exit-code": 0}' >&4
`,
    );
    chmodSync(pretending, 0o755);
    const sandbox = await createSandbox({ stateDir: temp.join("pretending"), bubblewrapPath: pretending });
    const report = await sandbox.check();
    expect(report.controls.filter(({ state }) => state === "active")).toEqual([]);
    expect(report).toMatchObject({ level: "not_available", reason: expect.stringContaining("mounts, pid, network") });
    await expect(sandbox.start(spec("noise.mjs"))).rejects.toMatchObject({ code: "sandbox.unavailable" });
    await sandbox.close();
  });
});

describe.skipIf(!isolated || !python)("a host that may not make control groups", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ stateDir: temp.join("limits"), controlGroups: false });
    const report = await sandbox.check();
    expect(report, JSON.stringify(report)).toMatchObject({ level: "isolated" });
  });
  afterAll(() => sandbox.close());

  it("says that nothing holds the CPU back, and isolates all the same", () => {
    const { controls } = sandbox.report();
    expect(controls.filter(({ state }) => state === "missing").map(({ name }) => name)).toEqual(["cpu"]);
    expect(controls.find(({ name }) => name === "memory")?.how).toBe("rlimit, per process");
  });

  it.each(["private", "shared", "file"])("threat 5: stops a plugin that takes %s memory without end", async (way) => {
    const hog = await sandbox.start(spec("memory-hog.py"));
    hog.stdin.end(`${way}\n`);
    expect((await text(hog.stdout)).trim()).not.toBe("allowed");
    expect((await hog.exited).reason).toBe("exit");
  });

  it("threat 4: lets no second process be made", async () => {
    const bomb = await sandbox.start(spec("fork-bomb.py"));
    const [line] = (await once(createInterface({ input: bomb.stdout }), "line")) as [string];
    expect(JSON.parse(line)).toEqual({ children: 0, errno: 1 });
    await bomb.kill();
  });

  it("still tells memory and CPU time", async () => {
    const plugin = await sandbox.start(spec("spin.mjs"));
    await once(plugin.stdout, "data");
    expect(plugin.usage().memoryBytes).toBeGreaterThan(10 * 1024 * 1024);
    expect(plugin.usage().cpuMs).toBeGreaterThan(0);
    await plugin.kill();
  });
});

describe.skipIf(!isolated)("a host", () => {
  /** A Node process with a sandbox of its own; prints what `body` gives to `say`. */
  function hostProcess(body: string, options: { user?: number; extraDescriptor?: number } = {}): ChildProcess {
    const stateDir = temp.join(`state-${options.user ?? "same"}`);
    mkdirSync(stateDir, { recursive: true });
    const code = `
      import { createSandbox } from ${JSON.stringify(new URL("./create-sandbox.ts", import.meta.url).href)};
      import { text } from "node:stream/consumers";
      const say = (value) => console.log(JSON.stringify(value));
      const spec = (entry) => ({ ...${JSON.stringify(spec("", {}))}, entry, runtime: entry.endsWith(".py") ? "python" : "node" });
      const sandbox = await createSandbox({ stateDir: ${JSON.stringify(stateDir)} });
      ${body}`;
    const node = [process.execPath, "--input-type=module", "-e", code];
    const stdio = Array.from({ length: (options.extraDescriptor ?? 8) + 1 }, (_, at) =>
      at === 1 ? "pipe" : at === 2 ? "inherit" : "ignore",
    ) as ("pipe" | "inherit" | "ignore" | number)[];
    if (options.extraDescriptor !== undefined) stdio[options.extraDescriptor] = openSync(temp.join("secret"), "r");
    if (options.user === undefined) return spawn(node[0] ?? "", node.slice(1), { stdio, cwd: "/" });
    chownSync(stateDir, options.user, options.user);
    for (const folder of [temp.path, codeDir]) chmodSync(folder, 0o755);
    return spawn("setpriv", [`--reuid=${options.user}`, `--regid=${options.user}`, "--clear-groups", "--", ...node], {
      stdio,
      cwd: "/",
      env: { PATH: process.env["PATH"] },
    });
  }

  async function firstLine<T>(child: ChildProcess): Promise<T> {
    if (child.stdout === null) throw new Error("The host has no output");
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return JSON.parse(line) as T;
  }

  // Without root there is no other user to become, and the whole suite runs as an ordinary user already.
  const otherUser =
    process.getuid?.() === 0 &&
    findProgram("setpriv") !== undefined &&
    othersReach(new URL(".", import.meta.url).pathname);
  if (!otherUser)
    noteSkip({
      name: "ordinary user",
      reason: "the tests do not run as root, or the repository is in a folder that only root may enter",
      enable: "run the tests as root in a folder that others may enter",
    });
  it.skipIf(!otherUser || !python)("threat 1, 2, 8: isolates as well when it runs as an ordinary user", async () => {
    const seen = await firstLine<{
      level: string;
      reason?: string;
      missing: string[];
      calls: Record<string, number>;
      surroundings: { user: number; firstEnvironment: string; processes: string[] };
      threads: number;
    }>(
      hostProcess(
        `const report = await sandbox.check();
         const run = async (entry) => { const plugin = await sandbox.start(spec(entry)); plugin.stdin.end(); return JSON.parse(await text(plugin.stdout)); };
         say({ level: report.level, reason: report.reason, missing: report.controls.filter(({ state }) => state === "missing").map(({ name }) => name), calls: await run("system-calls.py"), surroundings: await run("surroundings.py") });
         await sandbox.close();`,
        { user: 12_345 },
      ),
    );
    expect(seen).toMatchObject({ level: "isolated" });
    expect(seen.missing.filter((name) => name !== "cpu")).toEqual([]);
    expect(seen.calls).toMatchObject({
      unshare: 1,
      ptrace: 1,
      "clone new user namespace": 1,
      "netlink socket": 97,
      mount: 1,
      "TCP socket": 0,
    });
    expect(seen.surroundings).toMatchObject({ user: 1000, processes: ["1", "2"] });
    expect(seen.surroundings.firstEnvironment).toMatch(/^(PWD=[^\0]*\0)?$/);
  });

  // Node itself closes what it finds without a gap below 16.
  it.skipIf(!python)("threat 9: passes on no descriptor that it was started with", async () => {
    writeFileSync(temp.join("secret"), "must not leak");
    const host = hostProcess(
      'const plugin = await sandbox.start(spec("surroundings.py")); say(JSON.parse(await text(plugin.stdout)).descriptors); await sandbox.close();',
      { extraDescriptor: 40 },
    );
    const descriptors = await firstLine<Record<string, string>>(host);
    expect(
      Object.entries(descriptors).filter(([number, target]) => Number(number) > 2 && target !== "/dev/null"),
    ).toEqual([]);
    expect(descriptors["40"]).toBe("/dev/null");
  });

  it("threat 14: takes its plugins with it when it is killed", async () => {
    const host = hostProcess(
      'const plugin = await sandbox.start(spec("spin.mjs")); plugin.stdout.once("data", () => say(plugin.pid)); setInterval(() => {}, 1000);',
    );
    const plugin = identifyProcess(await firstLine<number>(host));
    expect(plugin !== undefined && isRunning(plugin)).toBe(true);
    host.kill("SIGKILL");
    if (plugin === undefined) throw new Error("The plugin ended by itself");
    const deadline = performance.now() + 3000;
    while (isRunning(plugin) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isRunning(plugin)).toBe(false);
    await waitUntilGone(plugin, 1000);
  });

  it("leaves no control group behind", async () => {
    const sandbox = await createSandbox({ stateDir: temp.join("groups") });
    const plugin = await sandbox.start(spec("spin.mjs"));
    await once(plugin.stdout, "data");
    const groups = [...readFileSync(`/proc/${plugin.pid}/cgroup`, "utf8").matchAll(/^\d+:(\w+):(\S*hilum-\S*)$/gm)].map(
      ([, controller, path]) => `/sys/fs/cgroup/${controller}${path}`,
    );
    expect(groups.filter((folder) => !existsSync(folder))).toEqual([]);
    await plugin.kill();
    await sandbox.close();
    expect(groups.filter((folder) => existsSync(folder))).toEqual([]);
  });

  it("runs TypeScript, and finds a read-only package under /node_modules", async () => {
    mkdirSync(temp.join("sdk"), { recursive: true });
    writeFileSync(
      temp.join("sdk/package.json"),
      JSON.stringify({ name: "@example/sdk", type: "module", exports: "./index.ts" }),
    );
    writeFileSync(temp.join("sdk/index.ts"), 'export const greeting: string = "hello";');
    chmodSync(temp.join("sdk"), 0o755);
    writeFileSync(
      join(codeDir, "typed.ts"),
      'import { greeting } from "@example/sdk";\nconsole.log(greeting satisfies string);',
    );
    const sandbox = await createSandbox({ stateDir: temp.join("typed") });
    const plugin = await sandbox.start(
      spec("typed.ts", { extraReadOnly: [{ from: temp.join("sdk"), to: "/node_modules/@example/sdk" }] }),
    );
    const [said, complained] = await Promise.all([text(plugin.stdout), text(plugin.stderr)]);
    expect([said, complained]).toEqual(["hello\n", ""]);
    await sandbox.close();
  });

  it("lets Node do what plugins do: HTTP on its loopback, files, threads, keys, compression, names", async () => {
    writeFileSync(
      join(codeDir, "ordinary.mjs"),
      `import { once } from "node:events";
       import { promises as fs, watch } from "node:fs";
       import { createServer } from "node:http";
       import { lookup } from "node:dns/promises";
       import { scryptSync, randomBytes, generateKeyPairSync } from "node:crypto";
       import { gunzipSync, gzipSync } from "node:zlib";
       import { Worker } from "node:worker_threads";
       const server = createServer((request, response) => response.end("body")).listen(0, "127.0.0.1");
       await once(server, "listening");
       const body = await (await fetch("http://127.0.0.1:" + server.address().port)).text();
       server.close();
       const watcher = watch("/tmp");
       await fs.mkdir("/tmp/a/b", { recursive: true });
       await fs.writeFile("/tmp/a/b/file", randomBytes(1000));
       await fs.cp("/tmp/a", "/tmp/c", { recursive: true });
       await fs.rename("/tmp/c/b/file", "/tmp/moved");
       watcher.close();
       const [fromWorker] = await once(new Worker("require('node:worker_threads').parentPort.postMessage(1)", { eval: true }), "message");
       const seen = { body, moved: (await fs.stat("/tmp/moved")).size, fromWorker, localhost: (await lookup("localhost", 4)).address,
         key: scryptSync("a", "b", 32).length, pair: generateKeyPairSync("ed25519").privateKey.type, zip: gunzipSync(gzipSync("text")).toString() };
       console.log(JSON.stringify(seen));`,
    );
    const sandbox = await createSandbox({ stateDir: temp.join("ordinary") });
    const plugin = await sandbox.start(spec("ordinary.mjs", { limits: { ...limits, cpu: 1 } }));
    const [said, complained] = await Promise.all([text(plugin.stdout), text(plugin.stderr)]);
    expect([complained, JSON.parse(said || "{}")]).toEqual([
      "",
      { body: "body", moved: 1000, fromWorker: 1, localhost: "127.0.0.1", key: 32, pair: "private", zip: "text" },
    ]);
    await sandbox.close();
  });

  it.skipIf(!python)(
    "lets Python do what plugins do: asyncio, TLS contexts, threads, a database, programs of its own",
    async () => {
      writeFileSync(
        join(codeDir, "ordinary.py"),
        `import asyncio, ctypes, hashlib, json, smtplib, socket, sqlite3, ssl, subprocess, sys, tempfile, threading, zlib
async def echo():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("localhost", port)
    return await reader.read()
thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
database = sqlite3.connect(tempfile.mktemp()); database.execute("create table t (x)"); database.commit()
child = subprocess.run([sys.executable, "-S", "-c", "print(1)"], capture_output=True, text=True)
print(json.dumps({"echo": asyncio.run(echo()).decode(), "authorities": len(ssl.create_default_context().get_ca_certs()) > 10, "child": child.stdout.strip(), "digest": len(hashlib.scrypt(b"a", salt=b"b", n=2, r=1, p=1)), "zip": zlib.decompress(zlib.compress(b"text")).decode(), "name": socket.gethostbyname("localhost")}))
`,
      );
      const sandbox = await createSandbox({ stateDir: temp.join("ordinary") });
      const plugin = await sandbox.start(spec("ordinary.py", { limits: { ...limits, cpu: 1 } }));
      const [said, complained] = await Promise.all([text(plugin.stdout), text(plugin.stderr)]);
      const together = sandbox.report().controls.some(({ name, how }) => name === "memory" && how.startsWith("cgroup"));
      if (!together) expect(complained).toContain("Operation not permitted");
      else {
        expect([complained, JSON.parse(said || "{}")]).toEqual([
          "",
          {
            echo: "",
            authorities: existsSync("/etc/ssl/certs/ca-certificates.crt"),
            child: "1",
            digest: 64,
            zip: "text",
            name: "127.0.0.1",
          },
        ]);
      }
      await sandbox.close();
    },
  );

  it("runs a native program with nothing but the C and C++ libraries", async () => {
    copyFileSync("/usr/bin/env", join(codeDir, "native"));
    chmodSync(join(codeDir, "native"), 0o755);
    const sandbox = await createSandbox({ stateDir: temp.join("native") });
    const plugin = await sandbox.start(spec("native", { runtime: "executable" }));
    const [said, exit] = await Promise.all([text(plugin.stdout), plugin.exited]);
    expect(said.trim().split("\n").toSorted()).toEqual([
      "HOME=/tmp",
      "LANG=C.UTF-8",
      "PATH=/plugin",
      "PWD=/plugin",
      "TMPDIR=/tmp",
      "TZ=UTC",
    ]);
    expect(exit).toEqual({ code: 0, signal: null, reason: "exit" });
    await sandbox.close();
  });

  it("refuses an entry that leads outside, and code that the plugin's user cannot read", async () => {
    const sandbox = await createSandbox({ stateDir: temp.join("entries") });
    for (const entry of ["../secret", "/etc/shadow", "a/../../b", ""])
      await expect(sandbox.start(spec(entry))).rejects.toMatchObject({ code: "manifest.invalid" });
    if (process.getuid?.() === 0) {
      writeFileSync(join(codeDir, "private.mjs"), "", { mode: 0o600 });
      await expect(sandbox.start(spec("private.mjs"))).rejects.toMatchObject({ code: "plugin.code_unreadable" });
    }
    await sandbox.close();
  });
});

function othersReach(folder: string): boolean {
  const parts = folder.split("/").filter(Boolean);
  return parts.every((_, depth) => (statSync(`/${parts.slice(0, depth + 1).join("/")}`).mode & 0o001) !== 0);
}
