import { createTempDir } from "@hilum/testkit";
import { makeMessage } from "../acceptance.ts";
import { hasProc, proportionalMb, residentMb } from "../process-memory.ts";
import { median } from "../row.ts";
import { openSandboxedHost, pluginOf, type StartedCode } from "../sandboxed-host.ts";
import { stepsOf, type SoakPart, type SoakRun } from "./part.ts";

const inFlight = 64;

/** Calls one sandboxed plugin over and over and looks at what it and the host hold. */
export const plugin: SoakPart = {
  about: "calls a sandboxed plugin; neither it nor the host holds more at the end",
  unit: "calls",
  count: 100_000,
  run: (options) => callPlugin("node", options),
};

/** The same of a plugin that is written with the Python SDK. */
export const python: SoakPart = {
  about: "calls a sandboxed plugin on the Python SDK; it holds no more at the end",
  unit: "calls",
  count: 10_000,
  run: (options) => callPlugin("python-sdk", options),
};

async function callPlugin(code: StartedCode, { count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-plugin");
  const { host, start, close } = await openSandboxedHost(dir.path);
  const key = { plugin: pluginOf(code), instance: "default" };
  const message: unknown = { id: "01KABE", ...JSON.parse(makeMessage()) };
  const context = { actor: { id: "system:soak" }, purpose: "TREAT" } as const;
  const call = (index: number): Promise<unknown> =>
    host.call(context, {
      ...{ ...key, method: "messages.send", deadlineMs: 30_000, resource: "Communication" },
      params: { message, attempt: 1, attachments: [], idempotencyKey: `k${index}` },
    });
  try {
    await start(code, key.instance);
    for (const { until, size } of stepsOf(count)) {
      progress(`call ${until - size} of ${count}`);
      const beganMs = performance.now();
      const times = await callMany(call, until - size, until);
      report({
        calls: until,
        "calls/s": (size * 1000) / (performance.now() - beganMs),
        "p50 ms": median(times),
        ...(hasProc()
          ? { "plugin PSS MB": proportionalMb(host.status(key)?.pid ?? 0), "host RSS MB": residentMb(process.pid) }
          : {}),
      });
      if (signal.aborted) return;
    }
  } finally {
    await close();
  }
}

async function callMany(call: (index: number) => Promise<unknown>, from: number, until: number): Promise<number[]> {
  const times: number[] = [];
  let next = from;
  const caller = async (): Promise<void> => {
    while (next < until) {
      const beganMs = performance.now();
      await call(next++);
      times.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return times;
}
