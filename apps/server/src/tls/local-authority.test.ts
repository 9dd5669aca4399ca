import { X509Certificate } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { loadServerCertificate } from "./local-authority.ts";

const dayMs = 86_400_000;

describe("loadServerCertificate", () => {
  it("makes an authority once and a server certificate that it signs, for every name of this machine", async () => {
    using dir = createTempDir("tls");
    const first = await loadServerCertificate(dir.path, ["hilum.example.org"]);
    const certificate = new X509Certificate(first.cert);
    expect(certificate.verify(new X509Certificate(first.authorityPem).publicKey)).toBe(true);
    expect(certificate.checkHost("hilum.example.org")).toBeDefined();
    expect(certificate.checkIP("127.0.0.1")).toBeDefined();
    expect((await stat(join(dir.path, "ca.key"))).mode & 0o077).toBe(0);
    expect(await loadServerCertificate(dir.path, ["hilum.example.org"])).toEqual(first);
  });

  it("renews what ends within thirty days, under the authority that people trust", async () => {
    using dir = createTempDir("tls");
    const first = await loadServerCertificate(dir.path, []);
    const later = await loadServerCertificate(dir.path, [], new Date(Date.now() + 370 * dayMs));
    expect(later.authorityPem).toBe(first.authorityPem);
    expect(later.validUntil.getTime()).toBeGreaterThan(first.validUntil.getTime());
  });

  it("names a damaged file instead of replacing it", async () => {
    using dir = createTempDir("tls");
    await loadServerCertificate(dir.path, []);
    await writeFile(join(dir.path, "ca.pem"), (await readFile(join(dir.path, "ca.pem"), "utf8")).slice(0, 80));
    await expect(loadServerCertificate(dir.path, [])).rejects.toThrow("ca.pem is damaged");
  });
});
