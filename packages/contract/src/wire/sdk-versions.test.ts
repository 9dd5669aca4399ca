import { expect, it } from "vitest";
import { judgeSdkVersion, sdkVersions } from "./sdk-versions.ts";

it.each([
  ["@hilum/sdk", sdkVersions.oldest, undefined],
  ["hilum", sdkVersions.current, undefined],
  ["@hilum/sdk", "0.2.17", undefined],
  ["@hilum/sdk", "0.0.9", "too_old"],
  ["hilum", "0.1.0-beta.1", "too_old"],
  ["hilum", "0.3.0-beta.1", "too_new"],
  ["@hilum/sdk", "1.0.0", "too_new"],
  ["somebody-else", "99.0.0", undefined],
  ["@hilum/sdk", "not a version", undefined],
] as const)("judges %s %s as %s", (name, version, verdict) => {
  expect(judgeSdkVersion({ name, version })).toBe(verdict);
});
