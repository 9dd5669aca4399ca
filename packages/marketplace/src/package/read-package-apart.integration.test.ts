import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { aPackage } from "../test-support/a-package.ts";
import { badArchives } from "../test-support/bad-archives.ts";
import { fileNameOf } from "../test-support/write-bad-archives.ts";
import { readPackageApart } from "./read-package-apart.ts";
import { readPackage } from "./read-package.ts";

const corpus = new URL("../../../testkit/fixtures/bad-packages/", import.meta.url);

describe("readPackageApart", () => {
  it("answers what reading it here would", async () => {
    const archive = aPackage({ "lib/a.mjs": "1" });
    expect(await readPackageApart(archive)).toEqual(readPackage(archive));
  });

  it("threat 109, 110, 111, 112, 113, 114, 115, 116, 129: refuses each file of the corpus, as reading it here would", async () => {
    const files = readdirSync(corpus).filter((name) => name.endsWith(".hilum"));
    expect(files.toSorted()).toEqual(badArchives.map(fileNameOf).toSorted());
    for (const bad of badArchives) {
      const bytes = readFileSync(new URL(fileNameOf(bad), corpus));
      expect(bytes.equals(bad.bytes)).toBe(true);
      await expect(readPackageApart(bytes)).rejects.toMatchObject({
        code: "package.invalid",
        detail: expect.stringMatching(bad.why),
      });
    }
  }, 120_000);

  it("threat 113: is not ended by what ends a parser", async () => {
    const deep = "[".repeat(5_000_000);
    await expect(readPackageApart(aPackage({ "hilum.json": deep }))).rejects.toMatchObject({
      code: expect.stringMatching(/^(package|manifest)\.invalid$/),
    });
  });

  it("threat 113: refuses what needs more memory than it may have", async () => {
    // Each number of the list becomes an object: a hundred times what it is in the archive.
    const rows = `{"format":"hilum-package/1","files":[${"{},".repeat(6_000_000)}{}]}`;
    await expect(readPackageApart(aPackage({ "META/files.json": rows }))).rejects.toMatchObject({
      code: "package.invalid",
      detail: expect.stringContaining("ended without an answer"),
    });
  });
});
