import type { Manifest } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { checkNeeds } from "./check-needs.ts";

const manifest = {
  requires: { plugins: [{ id: "com.example.base", version: "^1.2.0" }] },
} as unknown as Manifest;
const store = (version: string | undefined, state: string) =>
  ({
    plugins: { find: async () => (version === undefined ? undefined : { name: "Base", version }) },
    instances: { list: async () => [{ state }] },
  }) as never;

describe("what a plugin needs of others", () => {
  it.each([
    [undefined, "enabled", "failed", "It is not registered."],
    ["1.1.0", "enabled", "failed", "Here is 1.1.0."],
    ["2.0.0", "enabled", "failed", "Here is 2.0.0."],
    ["1.3.0", "disabled", "warning", "Base is not enabled."],
    ["1.3.0", "enabled", "passed", "Base 1.3.0 is enabled."],
  ])("finds version %s, %s: %s", async (version, state, status, detail) => {
    const [row] = await checkNeeds({ manifest }, store(version, state));
    expect(row).toMatchObject({ status, detail });
  });

  it("asks for nothing where the manifest needs nothing", async () => {
    expect(await checkNeeds({ manifest: {} as Manifest }, store(undefined, ""))).toEqual([]);
  });
});
