import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { searchMemory } from "./search-memory.ts";

describe.skipIf(process.platform !== "linux")("searchMemory", () => {
  it("finds what a process and its child hold, and only that", async () => {
    const held = `needle-${process.pid}-${Date.now()}`;
    // Put together inside, so that it stands in no command line.
    const inner = `const s = ["needle", ${process.pid}, ${JSON.stringify(held.split("-")[2])}].join("-"); globalThis.kept = [s, Buffer.from(s)]; console.log("ready"); setInterval(() => globalThis.kept, 1000);`;
    const program = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}], { stdio: "inherit" }); setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "ignore"], detached: true });
    onTestFinished(() => void process.kill(-(child.pid ?? 0), "SIGKILL"));
    await once(child.stdout, "data");
    const { hits, bytes } = searchMemory(child.pid ?? 0, [held, `${held}-not`]);
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.every(({ needle, pid }) => needle === held && pid !== child.pid)).toBe(true);
  });
});
