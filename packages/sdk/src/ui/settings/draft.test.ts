import type { ConfigSchema } from "@hilum/contract";
import { expect, it } from "vitest";
import {
  changedNames,
  changeSecret,
  changeValue,
  draftBody,
  effectiveValues,
  emptyDraft,
  groupNames,
  nameOfPointer,
  pointersOf,
  readInput,
  shownNames,
} from "./draft.ts";

const schema: ConfigSchema = {
  type: "object",
  properties: {
    host: { type: "string", group: "Server" },
    port: { type: "integer", default: 587 },
    auth: { type: "string", enum: ["none", "password"], default: "none" },
    user: { type: "string", when: { setting: "auth", in: ["password"] } },
    password: { type: "string", secret: true, when: { setting: "auth", in: ["password"] } },
  },
};

it("shows a setting only while its condition holds, with defaults counted in", () => {
  expect(shownNames(schema, {})).toEqual(["host", "port", "auth"]);
  expect(shownNames(schema, { auth: "password" })).toContain("password");
  expect(shownNames(schema, { auth: "password" }, ["user", "port"])).toEqual(["port", "user"]);
});

it("forgets a change that is undone, so that nothing counts as unsaved", () => {
  const saved = { host: "a" };
  const changed = changeValue(emptyDraft, saved, "host", "b");
  expect(changedNames(changed)).toEqual(["host"]);
  expect(changedNames(changeValue(changed, saved, "host", "a"))).toEqual([]);
});

it("sends no secret that was not replaced, and no setting that does not apply", () => {
  const saved = { host: "a", auth: "password", user: "u" };
  expect(draftBody(schema, saved, emptyDraft)).toEqual({ values: saved, secrets: {} });
  const replaced = changeSecret(emptyDraft, "password", "s3");
  expect(draftBody(schema, saved, replaced).secrets).toEqual({ password: "s3" });
  expect(draftBody(schema, saved, changeSecret(emptyDraft, "password", null)).secrets).toEqual({ password: null });
  expect(draftBody(schema, saved, changeSecret(emptyDraft, "password", "")).secrets).toEqual({});
  const off = changeValue(replaced, saved, "auth", "none");
  expect(draftBody(schema, saved, off)).toEqual({ values: { host: "a", auth: "none" }, secrets: {} });
});

it("keeps the draft over values that somebody else saved meanwhile", () => {
  const draft = changeValue(emptyDraft, { host: "a", port: 25 }, "port", 2525);
  expect(effectiveValues({ host: "theirs", port: 587 }, draft)).toEqual({ host: "theirs", port: 2525 });
});

it("reads numbers and lists, and leaves what is not a number for the server to name", () => {
  expect(readInput({ type: "integer" }, "587")).toBe(587);
  expect(readInput({ type: "integer" }, "five")).toBe("five");
  expect(readInput({ type: "array" }, " a \n\nb")).toEqual(["a", "b"]);
  expect(readInput({ type: "string" }, "")).toBeUndefined();
});

it("puts settings without a heading first and keeps the manifest's order", () => {
  expect(groupNames(schema, ["host", "port", "auth"])).toEqual([
    { title: undefined, names: ["port", "auth"] },
    { title: "Server", names: ["host"] },
  ]);
});

it("finds the setting that a pointer names, whichever form it has", () => {
  expect(pointersOf("a/b").map(nameOfPointer)).toEqual(["a/b", "a/b", "a/b"]);
});
