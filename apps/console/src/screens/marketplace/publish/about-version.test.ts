import { expect, it } from "vitest";
import { aboutVersion } from "./about-version.ts";

const target = (kind: string, version?: string) => ({
  ...{ length: 3, hashes: { sha256: "a".repeat(64) } },
  custom: { kind, ...(version !== undefined && { plugin: "com.example.sms", version }) },
});
const submission = {
  plugin: "com.example.sms",
  version: "2.0.0",
  publication: {
    signatures: [],
    signed: {
      targets: {
        "com.example/revoked.json": target("revocations"),
        "com.example/com.example.sms-2.0.0.listing.json": target("listing", "2.0.0"),
        "com.example/com.example.sms-2.0.0.hilum": target("package", "2.0.0"),
        "com.example/com.example.sms-1.0.0.hilum": target("package", "1.0.0"),
      },
    },
  },
};

it("names the files of the version that was handed in, and no other", () => {
  expect(aboutVersion({ ...submission, kind: "version" }).map(({ path }) => path)).toEqual([
    "com.example/com.example.sms-2.0.0.hilum",
    "com.example/com.example.sms-2.0.0.listing.json",
  ]);
});

it("names the list of what was taken back where something is", () => {
  expect(aboutVersion({ ...submission, kind: "revoke" }).map(({ kind }) => kind)).toContain("revocations");
});

it("names nothing of a publication without files", () => {
  expect(aboutVersion({ ...submission, kind: "version", publication: { signatures: [], signed: {} } })).toEqual([]);
});
