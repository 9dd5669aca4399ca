import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { createInstalledPackages } from "../installed/installed-packages.ts";
import { readPackage } from "../package/read-package.ts";
import { aPackage } from "../test-support/a-package.ts";
import { readPackageStatus } from "./package-status.ts";

const temp = createTempDir("status");
afterAll(() => temp.remove());

describe("the status of a package", () => {
  it("threat 117, 128: is that of the bytes that are installed", async () => {
    const taken = readPackage(aPackage());
    const packages = createInstalledPackages(temp.join("packages"));
    const facts = { digest: taken.digest, listDigest: taken.listDigest, revoked: false };
    const signed = { publisher: "com.example", vouched: false };
    await expect(readPackageStatus(packages, facts)).rejects.toMatchObject({ code: "package.not_installed" });
    await packages.install(taken);
    expect(await readPackageStatus(packages, facts)).toBe("unsigned");
    expect(await readPackageStatus(packages, { ...facts, signed })).toBe("signed");
    expect(await readPackageStatus(packages, { ...facts, signed: { ...signed, vouched: true } })).toBe("verified");
    expect(await readPackageStatus(packages, { ...facts, signed, revoked: true })).toBe("revoked");
    const main = join(packages.folderOf(taken.digest), "main.mjs");
    chmodSync(main, 0o644);
    writeFileSync(main, "evil");
    expect(await readPackageStatus(packages, { ...facts, signed, revoked: true })).toBe("modified");
  });
});
