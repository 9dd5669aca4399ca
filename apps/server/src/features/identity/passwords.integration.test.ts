import { hash } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { createPasswords } from "./passwords.ts";

describe("createPasswords", () => {
  it("threat 164: hashes as many at once as there are slots, lets some wait and refuses the rest at once", async () => {
    const passwords = createPasswords({ slots: 1 });
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 36 }, (_unused, at) => passwords.hash(`password ${at}`).finally(() => order.push(at))),
    );
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused).toHaveLength(3);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "request.too_many", retryAfterMs: 2000 });
    // Those that were refused did not wait for the others, which took their turns.
    expect(order).toEqual([33, 34, 35, ...Array.from({ length: 33 }, (_unused, at) => at)]);
  });

  it("threat 212: refuses a stored hash that is weaker than the floor", async () => {
    const weak = await hash("secret", { memoryCost: 8, timeCost: 1, parallelism: 1 });
    await expect(createPasswords().verify(weak, "secret")).rejects.toMatchObject({ code: "server.internal" });
    await expect(createPasswords().verify("$2b$10$abcdefghijklmnopqrstuv", "secret")).rejects.toMatchObject({
      code: "server.internal",
    });
  });

  it("reads a password as it is meant, however the keyboard composes it", async () => {
    const passwords = createPasswords();
    const stored = await passwords.hash("Zoe\u0308 and a long word");
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    expect(await passwords.verify(stored, "Zo\u00eb and a long word")).toBe(true);
    expect(await passwords.verify(stored, "Zoe and a long word")).toBe(false);
    expect(await passwords.verify(undefined, "Zoe and a long word")).toBe(false);
  });
});
