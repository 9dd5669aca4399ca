import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { flipByte, ORIGIN, publicKey, temporaryDirectory, writeLog } from "../test/temporary-log.ts";
import { createNoteVerifier, formatVerifierKey } from "./tlog/note.ts";
import { runVerifyCommand } from "./verify-command.ts";

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runVerifyCommand(
    argv,
    (text) => (out += text),
    (text) => (err += text),
  );
  return { code, out, err };
}

describe("the verify command", () => {
  it("says that a log verifies, with a PEM key or a verifier key, for people and for programs", async () => {
    const [dir, keys] = [temporaryDirectory(), temporaryDirectory()];
    await writeLog(dir, 300);
    const [pem, vkey] = [path.join(keys, "key.pem"), path.join(keys, "key.vkey")];
    fs.writeFileSync(pem, publicKey.export({ format: "pem", type: "spki" }));
    fs.writeFileSync(vkey, `${formatVerifierKey(createNoteVerifier(ORIGIN, publicKey))}\n`);
    expect(await run(dir, "--key", pem)).toMatchObject({
      code: 0,
      out: expect.stringContaining("verified. 300 entries") as string,
    });
    const json = await run(dir, "--key", vkey, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, size: 300 });
    expect((await run(dir, "--key", pem, "--origin", "other.example/log")).code).toBe(1);
  });

  it("names entry and file of a changed byte and exits with 1, as a process", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 300);
    const segment = path.join(dir, "segments", "00000000.seg");
    flipByte(segment, fs.readFileSync(segment).indexOf('"call":"c-21"') + 10);
    const key = path.join(temporaryDirectory(), "key.pem");
    fs.writeFileSync(key, publicKey.export({ format: "pem", type: "spki" }));
    const command = fileURLToPath(new URL("verify-command.ts", import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [command, dir, "--key", key], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stdout).toContain("DOES NOT VERIFY");
    expect(stdout).toContain("entry 42, segments/00000000.seg: entry 42 is not the one that was logged");
  });

  it("exits with 2 where it cannot check", async () => {
    expect((await run()).code).toBe(2);
    expect((await run("/nowhere", "--key", "/nowhere.pem")).code).toBe(2);
    expect((await run(temporaryDirectory(), "--frobnicate")).code).toBe(2);
    expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("Usage") as string });
  });
});
