import { operations, type OperationSpec } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { choicesOf, fieldsOf, readInput, withoutSecrets } from "./api-input.ts";

const operation = (id: string): OperationSpec => {
  const found = operations.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
};
const fields = (id: string) => fieldsOf(operation(id));

describe("forms made of the contract's schemas", () => {
  it("has a field for each parameter, query member and member of the body", () => {
    expect(fields("listFrames").map(({ key, kind, required }) => [key, kind, required])).toEqual([
      ["params.plugin", "text", true],
      ["query.instance", "text", false],
      ["query.after", "number", false],
      ["query.direction", "choice", false],
      ["query.method", "text", false],
      ["query.limit", "number", false],
    ]);
  });

  it("offers the values of a choice", () => {
    const direction = fields("listFrames").find(({ name }) => name === "direction");
    expect(choicesOf(direction?.schema ?? {})).toEqual(["to_plugin", "from_plugin"]);
    const on = fields("setLiveReload").find(({ name }) => name === "on");
    expect(choicesOf(on?.schema ?? {})).toEqual(["true", "false"]);
  });

  it("asks for a body without declared members as a whole", () => {
    expect(fields("registerPlugin")).toMatchObject([{ key: "body", kind: "json", required: true }]);
    expect(fields("sendMessage")).toMatchObject([{ key: "body", kind: "json", required: true }]);
  });

  it("finds a form for every operation", () => {
    for (const spec of operations as readonly OperationSpec[]) {
      if (spec.bodyType === "bytes" || spec.raw === true) continue;
      const wanted = spec.path.match(/\{(\w+)\}/g) ?? [];
      const made = fieldsOf(spec).filter(({ part }) => part === "params");
      expect(made.map(({ name }) => `{${name}}`).toSorted(), spec.id).toEqual(wanted.toSorted());
    }
  });
});

describe("what was typed", () => {
  it("becomes the input: numbers as numbers, JSON as JSON, what is empty left out", () => {
    const typed = { "params.plugin": "com.example.first", "query.limit": "5", "query.method": " " };
    expect(readInput(fields("listFrames"), typed)).toEqual({
      input: { params: { plugin: "com.example.first" }, query: { limit: 5 } },
      faults: {},
    });
    expect(
      readInput(fields("setLiveReload"), { "params.plugin": "com.example.first", "body.on": "true" }).input,
    ).toEqual({ params: { plugin: "com.example.first" }, body: { on: true } });
  });

  it("is refused with a sentence where it is missing or cannot be read", () => {
    expect(readInput(fields("listFrames"), { "query.limit": "many" }).faults).toEqual({
      "params.plugin": "This is needed.",
      "query.limit": "Write a number.",
    });
    expect(readInput(fields("registerPlugin"), { body: "{" }).faults).toEqual({ body: "This is no JSON yet." });
  });

  it("keeps secrets out of samples", () => {
    const signIn = fields("signIn");
    const { input } = readInput(signIn, { "body.username": "ana", "body.password": "paper lantern" });
    expect(withoutSecrets(signIn, input)).toEqual({ body: { username: "ana", password: "…" } });
  });
});
