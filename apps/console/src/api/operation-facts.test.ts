import { operations } from "@hilum/contract/api";
import { expect, it } from "vitest";
import { decideMay } from "./operation-facts.ts";

const byId = (id: string) => operations.find((operation) => operation.id === id)!;

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
