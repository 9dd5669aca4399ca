import { describe, expect, it } from "vitest";
import { parseRevocations } from "../listing/revocations.ts";
import {
  addFiles,
  amendListing,
  changeFile,
  filesOf,
  listingPath,
  revocationsPath,
  withRevocation,
} from "./publication-files.ts";

const path = listingPath("com.example", "com.example.mail", "1.0.0");
const custom = { kind: "listing" as const, plugin: "com.example.mail", version: "1.0.0" };
const digest = "a".repeat(64);
const row = { plugin: "com.example.mail", version: "1.0.0", reason: "It leaks.", since: "2026-11-01T12:00:00Z" };

describe("a publisher's list of files", () => {
  it("is nothing before the first publication, and takes what is new", () => {
    const files = addFiles(filesOf(undefined), [{ path, digest, bytes: 7, custom }]);
    expect(files).toEqual({ [path]: { length: 7, hashes: { sha256: digest }, custom } });
    expect(() => addFiles(files, [{ path, digest, bytes: 8, custom }])).toThrow(
      expect.objectContaining({ code: "publication.invalid" }) as Error,
    );
  });

  it("changes one file for other bytes, and leaves the list that it was made of alone", async () => {
    const files = addFiles({}, [{ path, digest, bytes: 7, custom }]);
    const changed = await changeFile(files, path, new TextEncoder().encode("abc"), custom);
    expect(changed[path]).toEqual({
      ...{ length: 3, custom },
      hashes: { sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    });
    expect(files[path]?.length).toBe(7);
  });
});

describe("what a publisher says of a version afterwards", () => {
  it("is one member of its listing", () => {
    const text = amendListing('{"format":"hilum-listing/1","changelog":"a"}', { yanked: "It leaks." });
    expect(JSON.parse(text)).toEqual({ format: "hilum-listing/1", changelog: "a", yanked: "It leaks." });
    expect(() => amendListing("[]", { deprecated: "Old." })).toThrow(
      expect.objectContaining({ code: "listing.invalid" }) as Error,
    );
  });

  it("threat 128: is one row of the versions that were taken back, each once and in order", () => {
    const other = { ...row, version: "0.9.0" };
    const text = withRevocation(withRevocation(withRevocation(undefined, row), other), { ...row, reason: "Still." });
    const bytes = new TextEncoder().encode(text);
    expect(parseRevocations(bytes, "com.example")).toEqual([other, { ...row, reason: "Still." }]);
    expect(revocationsPath("com.example")).toBe("com.example/revoked.json");
  });
});
