/** How soon a sandboxed plugin answers, and what ten of them hold. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Host, InstanceKey } from "@hilum/host";
import { createTempDir, fixtureEntry, fixturePlugins } from "@hilum/testkit";
import { hasProc, proportionalMb } from "./process-memory.ts";
import { beside, median, type Row, type Skipped } from "./row.ts";
import { openSandboxedHost, pluginOf, type SandboxedHost, type StartedCode } from "./sandboxed-host.ts";

const running = 10;
const runtimes = [
  { runtime: "node", words: "Node", budget: "< 15" },
  { runtime: "python", words: "Python", budget: "< 6" },
] as const;

export async function measureSandboxedPlugins({
  rounds,
}: {
  rounds: number;
}): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  using dir = createTempDir("bench-plugins");
  const house = await openSandboxedHost(dir.path);
  try {
    const { level, reason } = await house.sandbox.check();
    if (level !== "isolated")
      return { rows: [], skipped: [{ figure: "sandboxed plugins", reason: reason ?? "there is no sandbox here" }] };
    const bareMs = median(await timesOf(rounds * 3, startBareNode));
    const peer = "a bare Node child, spawn to first answer";
    const rows: Row[] = [{ figure: peer, value: bareMs, unit: "ms" }];
    for (const { runtime, words, budget } of runtimes) {
      const readyMs = median(await timesOf(rounds * 3, (round) => startOne(house, runtime, round)));
      rows.push({
        ...{ figure: `sandboxed ${words} plugin ready`, value: readyMs, unit: "ms", budget: "< 100" },
        beside: beside(peer, readyMs, bareMs),
      });
      if (!hasProc()) continue;
      const heldMb = await measureTen(house, runtime);
      rows.push({ figure: `${words} plugin, PSS, ${running} running`, value: heldMb, unit: "MB", budget });
    }
    const onSdkMs = median(await timesOf(rounds * 5, (round) => startOne(house, "webhook-sender", round)));
    const calledMs = median(await timesOf(rounds * 5, (round) => startOne(house, "webhook-sender", round, callOnce)));
    rows.push(
      {
        figure: "sandboxed plugin on the Python SDK (webhook sender) ready",
        ...{ value: onSdkMs, unit: "ms", budget: "< 100", beside: beside(peer, onSdkMs, bareMs) },
      },
      {
        figure: "the same, and its first call answered",
        ...{ value: calledMs, unit: "ms", beside: beside(peer, calledMs, bareMs) },
      },
    );
    return { rows, skipped: [] };
  } finally {
    await house.close();
  }
}

async function timesOf(count: number, work: (index: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await work(index));
  return times;
}

/** From the spawn to the answer of the handshake, and of what is done `then`. */
async function startOne(
  { host, start }: SandboxedHost,
  code: StartedCode,
  round: number,
  then: (host: Host, key: InstanceKey) => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const key = { plugin: pluginOf(code), instance: `ready-${round}` };
  const beganMs = performance.now();
  await start(code, key.instance);
  await then(host, key);
  const tookMs = performance.now() - beganMs;
  await host.stop(key, { drainMs: 0 });
  return tookMs;
}

const callOnce = (host: Host, key: InstanceKey): Promise<unknown> =>
  host.call(
    { actor: { id: "system:bench" }, purpose: "HSYSADMIN" },
    { ...key, method: "config.validate", params: { settings: {} }, deadlineMs: 30_000 },
  );

/** All processes of each sandbox count, bubblewrap's own among them. */
async function measureTen({ host, start }: SandboxedHost, runtime: "node" | "python"): Promise<number> {
  const names = Array.from({ length: running }, (_, index) => `held-${index}`);
  await Promise.all(names.map((instance) => start(runtime, instance)));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const keys = names.map((instance) => ({ plugin: pluginOf(runtime), instance }));
  const held = keys.map((key) => host.status(key)?.pid).map((pid) => (pid === undefined ? 0 : proportionalMb(pid)));
  await Promise.all(keys.map((key) => host.stop(key, { drainMs: 0 })));
  return held.reduce((sum, mb) => sum + mb, 0) / running;
}

async function startBareNode(): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, [join(fixturePlugins, fixtureEntry("echo"))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.write('{"jsonrpc":"2.0","id":"1","method":"initialize","params":{}}\n');
  await once(child.stdout, "data");
  const tookMs = performance.now() - beganMs;
  child.kill("SIGKILL");
  await once(child, "exit");
  return tookMs;
}
