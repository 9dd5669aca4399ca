import { roles, type Role } from "@hilum/contract/api";
import type { Actor } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideOperation } from "./decide-operation.ts";

const user = (role: Role, steppedUpUntil?: number): Actor => ({
  kind: "user",
  id: "user:ana",
  user: "ana",
  role,
  session: "s",
  ...(steppedUpUntil === undefined ? {} : { steppedUpUntil }),
});
const token: Actor = { kind: "token", id: "token:t", token: "t", role: "administrator" };
const nobody: Actor = { kind: "anonymous", id: "anonymous", peer: "127.0.0.1" };
const plugin: Actor = {
  kind: "plugin",
  id: "plugin:com.example.a/default",
  plugin: "com.example.a",
  instance: "default",
};

describe("decideOperation", () => {
  it("lets everybody call what is public and nobody else's credential what is a plugin's", () => {
    for (const actor of [user("viewer"), token, nobody, plugin])
      expect(decideOperation(actor, { access: "public" }, 0).allow).toBe(true);
    expect(decideOperation(plugin, { access: "plugin" }, 0).allow).toBe(true);
    expect(decideOperation(user("administrator"), { access: "plugin" }, 0)).toEqual({
      allow: false,
      reason: "request.forbidden",
    });
  });

  it("allows the named roles and no other", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...roles),
        fc.subarray([...roles]),
        (role, access) => decideOperation(user(role), { access }, 0).allow === access.includes(role),
      ),
    );
  });

  it("asks the anonymous to sign in, and refuses a plugin and the system", () => {
    expect(decideOperation(nobody, { access: ["viewer"] }, 0)).toEqual({
      allow: false,
      reason: "request.unauthenticated",
    });
    expect(decideOperation(plugin, { access: [...roles] }, 0)).toEqual({ allow: false, reason: "request.forbidden" });
    expect(decideOperation({ kind: "system", id: "system:retry" }, { access: [...roles] }, 0)).toEqual({
      allow: false,
      reason: "request.forbidden",
    });
  });

  it("threat 59: asks for a fresh proof, which a token cannot give", () => {
    const operation = { access: ["administrator"] as const, stepUp: true };
    expect(decideOperation(user("administrator"), operation, 10)).toEqual({ allow: false, reason: "request.step_up" });
    expect(decideOperation(user("administrator", 10), operation, 10)).toEqual({
      allow: false,
      reason: "request.step_up",
    });
    expect(decideOperation(user("administrator", 11), operation, 10)).toEqual({ allow: true });
    expect(decideOperation(token, operation, 10)).toEqual({ allow: false, reason: "request.forbidden" });
    expect(decideOperation(user("viewer", 11), operation, 10)).toEqual({ allow: false, reason: "request.forbidden" });
  });

  it("threat 61: refuses when the operation or the actor is not understood", () => {
    expect(decideOperation(user("administrator"), { access: undefined as never }, 0).allow).toBe(false);
    expect(decideOperation(user("root" as Role), { access: JSON.parse('["root"]') as Role[] }, 0).allow).toBe(false);
    expect(decideOperation(null as never, { access: ["viewer"] }, 0).allow).toBe(false);
  });
});
