import { readFileSync } from "node:fs";
import { operations, type OperationSpec } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { commands } from "./command.ts";
import { dumpCommands } from "./run.ts";

const lines = dumpCommands()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { command: string; operationId?: string; operations?: string[] });

describe("the list of commands", () => {
  it("has each operation once, but for those that only programs call", () => {
    const exempt = ["connectRemotePlugin", "finishOAuth", "receiveHook"];
    const wanted = (operations as readonly OperationSpec[]).map(({ id }) => id).filter((id) => !exempt.includes(id));
    expect(lines.flatMap(({ operationId }) => operationId ?? []).toSorted()).toEqual(wanted.toSorted());
  });

  it("has no command without an operation but its own", () => {
    const own = lines.filter((line) => line.operationId === undefined && line.operations === undefined);
    expect(own.map(({ command }) => command).toSorted()).toEqual(["completion", "help", "login", "logout", "version"]);
  });

  it("leads through operations that there are, in flows that are not called like a command", () => {
    const known = new Set((operations as readonly OperationSpec[]).map(({ id }) => id));
    const led = lines.filter((line) => line.operations !== undefined);
    expect(led.map(({ command }) => command).toSorted()).toEqual([
      ...["deprecate", "keeper begin", "keeper let-in", "keeper propose-root", "keeper sign", "keeper take-root"],
      ...["mirror export", "mirror import", "publish", "revoke"],
      ...["signing export", "signing new", "signing sign-root", "witness cosign", "witness key", "yank"],
    ]);
    expect(led.flatMap((line) => line.operations ?? []).filter((id) => !known.has(id))).toEqual([]);
  });

  it("calls no two commands alike", () => {
    expect(new Set(lines.map(({ command }) => command)).size).toBe(lines.length);
  });

  it("is what is committed", () => {
    expect(readFileSync(new URL("../commands.jsonl", import.meta.url), "utf8")).toBe(dumpCommands());
  });

  it("says of each what it does", () => {
    expect(commands.filter(({ operation }) => operation.summary.length < 8)).toEqual([]);
  });
});
