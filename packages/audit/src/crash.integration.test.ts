import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openTestLog, signingKey, temporaryDirectory, verifyTestLog } from "../test/temporary-log.ts";

const child = fileURLToPath(new URL("../test/appending-child.ts", import.meta.url));
const KILLS = 20;

it(
  "threat 190, 213: loses no acknowledged entry and leaves no hole over twenty kill -9",
  { timeout: 120_000 },
  async () => {
    const dir = temporaryDirectory();
    const keyFile = path.join(temporaryDirectory(), "key.pem");
    fs.writeFileSync(keyFile, signingKey.export({ format: "pem", type: "pkcs8" }));
    const acknowledged = new Map<number, string>();

    for (let kill = 0; kill < KILLS; kill += 1) {
      const added = await appendUntilKilled([child, dir, keyFile], 60 + kill * 10);
      expect(
        added.filter(([index]) => acknowledged.has(index)),
        "indexes that were given twice",
      ).toEqual([]);
      for (const [index, call] of added) acknowledged.set(index, call);
    }
    expect(acknowledged.size).toBeGreaterThan(1_000);

    const log = await openTestLog(dir);
    const openCalls = new Map<string, number>();
    const wrong: number[] = [];
    let expected = 0;
    for await (const { index, entry } of log.read(0, log.size)) {
      if (index !== expected++ || (acknowledged.has(index) && acknowledged.get(index) !== entry.call))
        wrong.push(index);
      acknowledged.delete(index);
      if (entry.kind === "intent") openCalls.set(entry.call, index);
      if (entry.kind === "outcome") openCalls.delete(entry.call);
    }
    expect(wrong, "entries that are not those acknowledged").toEqual([]);
    expect([...acknowledged], "acknowledged entries that are gone").toEqual([]);
    expect(new Map(log.openIntents().map(({ index, entry }) => [entry.call, index]))).toEqual(openCalls);
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, entries: expected, problems: [] });
  },
);

/** Starts a writer, kills it some time after its first entry, and returns what it acknowledged. */
async function appendUntilKilled(argv: readonly string[], afterMs: number): Promise<[number, string][]> {
  const process_ = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  process_.stdout.setEncoding("latin1").on("data", (text: string) => (output += text));
  await Promise.race([once(process_.stdout, "data"), once(process_, "exit")]);
  await sleep(afterMs);
  process_.kill("SIGKILL");
  await once(process_, "close");
  // The last line may have been cut by the kill.
  const lines = output
    .slice(0, output.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => [Number(line.split(" ")[0]), line.split(" ")[1] ?? ""]);
}
