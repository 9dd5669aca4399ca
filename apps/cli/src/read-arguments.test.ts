import { writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createTempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { findCommand } from "./command.ts";
import { readArguments, type Call } from "./read-arguments.ts";

function read(line: string, stdin = ""): Promise<Call> {
  const [group = "", name = "", ...words] = line.split(" ");
  const command = findCommand(group, name);
  if (command === undefined) throw new Error(`there is no command ${line}`);
  return readArguments(command, words, Readable.from([stdin]));
}

describe("readArguments", () => {
  it("takes parts of the path in their order, and the rest by flags", async () => {
    expect(await read("dev list-frames com.example.plugin --instance second --limit 5 --json")).toEqual({
      params: { plugin: "com.example.plugin" },
      query: { instance: "second", limit: 5 },
      json: true,
    });
  });

  it("makes a body of flags: texts, numbers, switches, lists", async () => {
    const { body } = await read(
      "dev scaffold --language node --id com.example.a --name A --capabilities send_messages --pages",
    );
    expect(body).toEqual({
      language: "node",
      id: "com.example.a",
      name: "A",
      capabilities: ["send_messages"],
      pages: true,
    });
    expect((await read("dev set-live-reload com.example.a")).body).toEqual({ on: false });
    expect((await read("dev set-live-reload com.example.a --no-on")).body).toEqual({ on: false });
    expect((await read("dev run-conformance com.example.a --cases send,send-many --cases hook")).body).toEqual({
      cases: ["send", "send-many", "hook"],
    });
  });

  it("reads a value from a file or from standard input", async () => {
    using folder = createTempDir("cli");
    writeFileSync(folder.join("hilum.json"), '{"id":"com.example.a"}');
    expect((await read(`plugins check-manifest --text @${folder.join("hilum.json")}`)).body).toEqual({
      text: '{"id":"com.example.a"}',
    });
    expect((await read("plugins register --body @-", '{"id":"com.example.b"}')).body).toEqual({ id: "com.example.b" });
    expect((await read("plugins check-manifest --text @@at")).body).toEqual({ text: "@at" });
  });

  it("puts flags over a whole body", async () => {
    expect((await read('settings save com.example.a --body {"values":{},"revision":1} --revision 2')).body).toEqual({
      values: {},
      revision: 2,
    });
  });

  it("sends a file as bytes", async () => {
    using folder = createTempDir("cli");
    writeFileSync(folder.join("a.pdf"), "%PDF");
    const { upload } = await read(
      `messages upload-attachment --file ${folder.join("a.pdf")} --content-type application/pdf`,
    );
    expect([Buffer.from(upload?.bytes ?? []).toString(), upload?.contentType]).toEqual(["%PDF", "application/pdf"]);
  });

  it.each([
    ["dev list-frames", "It takes <plugin>."],
    ["plugins list extra", "too much"],
    ["dev list-frames a.b --nonsense 1", "no flag `--nonsense`"],
    ["dev list-frames a.b --limit many", "is a number"],
    ["dev list-frames a.b --limit", "takes a value"],
    ["dev list-frames a.b --direction sideways", "is one of to_plugin, from_plugin"],
    ["plugins register", "--body"],
    ["plugins register --body {", "is no JSON"],
    ["messages upload-attachment", "--file"],
    ["plugins check-manifest --text @/absent", "cannot be read"],
  ])("refuses `%s` and says why", async (line, why) => {
    await expect(read(line)).rejects.toThrow(why);
  });
});
