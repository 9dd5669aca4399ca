import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { methodsOf, parseManifest, protocolVersion, wireLimits, type Manifest } from "@hilum/contract";
import { requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
  .map(({ name }) => name);
const pathOf = (folder: string, file: string): string => join(import.meta.dirname, folder, file);
const plugins = folders
  .filter((folder) => existsSync(pathOf(folder, "hilum.json")))
  .map((folder) => ({ folder, parsed: parseManifest(readFileSync(pathOf(folder, "hilum.json"), "utf8")) }));
const programs = folders.filter((folder) => !plugins.some((plugin) => plugin.folder === folder));

const python = requires("python3");
const pythonSdk = join(import.meta.dirname, "../sdks/python/src");

/** As the platform starts it, but for the sandbox; a Python plugin from its sources, as it is before it is packed. */
function commandOf({ runtime }: Manifest): [program: string, entry: string] {
  const entry = runtime?.entry ?? "";
  return runtime?.kind === "python"
    ? [python.path ?? "python3", entry.replace(/^dist\//, "src/")]
    : [process.execPath, entry];
}

async function shakeHands(folder: string, manifest: Manifest): Promise<unknown> {
  const [program, entry] = commandOf(manifest);
  const child = spawn(program, [entry], {
    cwd: pathOf(folder, "."),
    env: { PATH: process.env["PATH"], PYTHONPATH: pythonSdk, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const params = {
      meta: { call: "c", deadlineMs: 1000, hops: 0 },
      ...{ protocol: protocolVersion, host: { name: "hilum", version: "0.1.0" }, plugin: manifest.id },
      ...{ instance: "default", testMode: true, settings: {}, grants: [], limits: wireLimits },
    };
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`);
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return JSON.parse(line);
  } finally {
    child.kill();
  }
}

describe("the examples", () => {
  it("are plugins, or programs with a test beside them", () => {
    expect(plugins.length).toBeGreaterThan(2);
    const untested = programs.filter(
      (folder) => !readdirSync(pathOf(folder, ".")).some((name) => name.endsWith(".test.ts")),
    );
    expect(untested).toEqual([]);
  });

  for (const { folder, parsed } of plugins) {
    const runs = parsed.ok && (parsed.manifest.runtime?.kind !== "python" || python.available);
    it.skipIf(parsed.ok && !runs)(`${folder} has a manifest that registers, and answers the handshake`, async () => {
      if (!parsed.ok) throw new Error(`${folder}/hilum.json: ${JSON.stringify(parsed.problems)}`);
      expect(await shakeHands(folder, parsed.manifest)).toMatchObject({
        id: 1,
        result: { protocol: protocolVersion, methods: expect.arrayContaining(methodsOf(parsed.manifest.capabilities)) },
      });
    });
  }
});
