import type { Actor } from "@hilum/contract";
import { expect, it } from "vitest";
import { readVia } from "./via.ts";

const person: Actor = { kind: "user", id: "user:ana", user: "1", role: "operator", session: "s" };

it("names the plugin and the instance whose page had the idea", () => {
  expect(readVia({ "x-hilum-via": "org.hilum.smtp/night" }, person)).toBe("plugin:org.hilum.smtp/night");
  expect(readVia({}, person)).toBeUndefined();
});

it.each([
  "com.example.sms",
  "com.example.sms/",
  "com.example.sms/a/b",
  "user:ana/default",
  "Com.Example/default",
  "a b/default",
])("refuses %j, which is none", (value) =>
  expect(() => readVia({ "x-hilum-via": value }, person)).toThrow("x-hilum-via"),
);

it("refuses what the audit log could not hold", () => {
  const long = `com.${"a".repeat(60)}.${"b".repeat(60)}`;
  expect(() => readVia({ "x-hilum-via": `${long}/default` }, person)).toThrow("x-hilum-via");
});

it("takes it from a person alone: a token has no pages", () => {
  const token: Actor = { kind: "token", id: "token:1", token: "1", role: "operator" };
  expect(() => readVia({ "x-hilum-via": "com.example.sms/default" }, token)).toThrow("x-hilum-via");
});
