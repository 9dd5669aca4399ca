import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseManifest, protocolVersion, wireLimits } from "@hilum/contract";
import { describe, expect, it } from "vitest";

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
  .map(({ name }) => name);
const pathOf = (folder: string, file: string): string => join(import.meta.dirname, folder, file);
const plugins = folders.filter((folder) => existsSync(pathOf(folder, "hilum.json")));
const programs = folders.filter((folder) => !plugins.includes(folder));

/** The first answer of a plugin that is started as the platform starts it, but for the sandbox. */
async function shakeHands(folder: string, entry: string, plugin: string): Promise<unknown> {
  const child = spawn(process.execPath, [entry], {
    cwd: pathOf(folder, "."),
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const params = {
      meta: { call: "c", deadlineMs: 1000, hops: 0 },
      ...{ protocol: protocolVersion, host: { name: "hilum", version: "0.1.0" }, plugin, instance: "default" },
      ...{ testMode: true, settings: {}, grants: [], limits: wireLimits },
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

  it.each(plugins)("%s has a manifest that registers, and answers the handshake", async (folder) => {
    const parsed = parseManifest(readFileSync(pathOf(folder, "hilum.json"), "utf8"));
    expect(parsed).toMatchObject({ ok: true, manifest: { runtime: { kind: "node" } } });
    if (!parsed.ok) return;
    const { id, runtime } = parsed.manifest;
    expect(await shakeHands(folder, runtime?.entry ?? "", id)).toMatchObject({
      id: 1,
      result: { protocol: protocolVersion, methods: expect.arrayContaining(["messages.send"]) },
    });
  });
});
