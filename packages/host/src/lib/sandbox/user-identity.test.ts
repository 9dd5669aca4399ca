import { describe, expect, it } from "vitest";
import { createUserIds } from "./user-identity.ts";

describe("the user IDs of plugins", () => {
  it("are never shared by two running processes, also where their owners collide", () => {
    const ids = createUserIds();
    const taken = Array.from({ length: 2000 }, () => ids.take("org.example.plugin/default"));
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.every((id) => id >= 1_900_000_000 && id < 1_900_100_000)).toBe(true);
  });

  it("come back to the same instance once released", () => {
    const ids = createUserIds();
    const first = ids.take("a/b");
    ids.release(first);
    expect(ids.take("a/b")).toBe(first);
  });
});
