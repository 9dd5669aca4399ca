import { operations } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { addressOf, curlOf, decideMay } from "./operation-facts.ts";

const byId = (id: string) => operations.find((operation) => operation.id === id)!;

it("fills parameters in and leaves absent query members out", () => {
  const input = { params: { plugin: "org.example.a b" }, query: { instance: "night", level: undefined, after: 0 } };
  expect(addressOf(byId("listPluginLogs"), input)).toBe(
    "/api/v1/plugins/org.example.a%20b/logs?instance=night&after=0",
  );
});

it("writes a call as a command line that survives a quote in the body", () => {
  const text = curlOf(byId("checkManifest"), { body: { text: "it's" } }, "https://localhost:8443");
  expect(text).toContain(`-d '{"text":"it'\\''s"}'`);
  expect(text).toContain('"https://localhost:8443/api/v1/plugins/check"');
  expect(text).not.toContain("Bearer h");
});

it.each([
  ["viewer", "enableInstance", "Your role is viewer. This takes an administrator or an operator."],
  ["operator", "removePlugin", "Your role is operator. This takes an administrator."],
  ["administrator", "connectRemotePlugin", "Your role is administrator. This takes a plugin."],
] as const)("tells a %s who can do %s", (role, id, reason) => {
  expect(decideMay(role, byId(id).access)).toEqual({ allowed: false, reason });
});

it("allows what the contract allows to the role, and what is public", () => {
  expect(decideMay("auditor", byId("verifyAudit").access)).toEqual({ allowed: true });
  expect(decideMay("viewer", byId("getBootstrap").access)).toEqual({ allowed: true });
});
