import { protocolVersion, sdkVersions, type InitializeResult } from "@hilum/contract";
import { expect, it } from "vitest";
import { checkSdk } from "./handshake.ts";

const answer = (name: string, version: string): InitializeResult => ({
  ...{ protocol: protocolVersion, methods: [] },
  sdk: { name, version },
});

it.each([
  ["@hilum/sdk", "0.0.9"],
  ["hilum", "99.0.0"],
])("refuses %s %s in the handshake, and says which versions it works with", (name, version) => {
  expect(() => checkSdk(answer(name, version))).toThrow(
    expect.objectContaining({
      code: "plugin.sdk_unsupported",
      detail: `It runs with ${name} ${version}; this Hilum works with ${sdkVersions.oldest} to ${sdkVersions.current}`,
    }),
  );
});

it("takes its own versions, an SDK of somebody else, and a plugin without one", () => {
  expect(() => {
    checkSdk(answer("@hilum/sdk", sdkVersions.oldest));
    checkSdk(answer("hilum", sdkVersions.current));
    checkSdk(answer("my-own", "99.0.0"));
    checkSdk({ protocol: protocolVersion, methods: [] });
  }).not.toThrow();
});
