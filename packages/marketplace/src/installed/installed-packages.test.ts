import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readPackage } from "../package/read-package.ts";
import { aPackage } from "../test-support/a-package.ts";
import { createInstalledPackages, type InstalledPackages } from "./installed-packages.ts";

const temp = createTempDir("installed");
afterAll(() => temp.remove());
const taken = readPackage(aPackage({ "lib/deep/er.mjs": "1" }));
let count = 0;

describe("installed packages", () => {
  let root: string;
  let packages: InstalledPackages;
  let folder: string;
  const verify = () => packages.verify(taken.digest, taken.listDigest);
  const openUp = (): void => ["", "lib", "lib/deep", "META"].forEach((name) => chmodSync(join(folder, name), 0o755));
  beforeEach(async () => {
    root = temp.join(`root-${(count += 1)}`);
    packages = createInstalledPackages(root);
    await packages.install(taken);
    folder = packages.folderOf(taken.digest);
  });

  it("threat 115: are files that everybody reads and nobody writes or runs", async () => {
    expect(statSync(join(folder, "lib/deep/er.mjs")).mode & 0o777).toBe(0o444);
    expect(statSync(join(folder, "lib/deep")).mode & 0o777).toBe(0o555);
    expect(await packages.list()).toEqual([taken.digest]);
    await packages.install(taken);
    await verify();
  });

  it.each<[string, () => void]>([
    [
      "a file with other content",
      () => (chmodSync(join(folder, "main.mjs"), 0o644), writeFileSync(join(folder, "main.mjs"), "evil")),
    ],
    ["a file that is gone", () => rmSync(join(folder, "main.mjs"))],
    ["a file more", () => writeFileSync(join(folder, "lib/more.mjs"), "")],
    ["a link", () => symlinkSync("/etc/passwd", join(folder, "lib/link"))],
    [
      "a link in a file's place",
      () => (rmSync(join(folder, "main.mjs")), symlinkSync("/etc/passwd", join(folder, "main.mjs"))),
    ],
    [
      "another list",
      () => (
        chmodSync(join(folder, "META/files.json"), 0o644),
        writeFileSync(join(folder, "META/files.json"), '{"files":[]}')
      ),
    ],
  ])("threat 117: are refused with %s", async (_what, change) => {
    openUp();
    change();
    await expect(verify()).rejects.toMatchObject({ code: "package.modified" });
  });

  it("threat 230: leave nothing of what was half written", async () => {
    const draft = `${folder}.0123.draft`;
    mkdirSync(draft);
    writeFileSync(join(draft, "main.mjs"), "half");
    chmodSync(draft, 0o555);
    await packages.sweep();
    expect(existsSync(draft)).toBe(false);
    expect(readFileSync(join(folder, "main.mjs"), "utf8")).toBe("export {};\n");
  });

  it("can be removed, and are missed then", async () => {
    await packages.remove(taken.digest);
    await packages.remove(taken.digest);
    expect(await packages.list()).toEqual([]);
    await expect(verify()).rejects.toMatchObject({ code: "package.not_installed" });
    expect(() => packages.folderOf("../..")).toThrow(
      expect.objectContaining({ code: "package.not_installed" }) as Error,
    );
  });
});
