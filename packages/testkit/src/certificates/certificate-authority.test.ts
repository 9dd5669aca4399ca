import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { expect, it } from "vitest";
import { createCertificateAuthority, type IssuedCertificate } from "./certificate-authority.ts";

/** Resolves with nothing where the handshake is trusted, else with OpenSSL's code. */
async function handshake(
  leaf: IssuedCertificate,
  options: { ca: string; servername: string },
): Promise<string | undefined> {
  const server = createServer({ cert: leaf.certificate, key: leaf.key }).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => {});
  await once(server, "listening");
  const socket = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", ...options });
  try {
    await once(socket, "secureConnect");
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  } finally {
    socket.destroy();
    server.close();
  }
}

it("issues certificates that TLS accepts for their names alone", async () => {
  const authority = await createCertificateAuthority();
  const leaf = await authority.issue({ names: ["mail.test", "127.0.0.1"] });
  expect(await handshake(leaf, { ca: authority.certificate, servername: "mail.test" })).toBeUndefined();
  expect(await handshake(leaf, { ca: authority.certificate, servername: "other.test" })).toBe(
    "ERR_TLS_CERT_ALTNAME_INVALID",
  );
});

it("is not trusted in place of another authority", async () => {
  const [authority, other] = await Promise.all([createCertificateAuthority(), createCertificateAuthority("Another")]);
  const leaf = await authority.issue({ names: ["mail.test"] });
  expect(await handshake(leaf, { ca: other.certificate, servername: "mail.test" })).toMatch(/UNABLE_TO/);
});

it("issues certificates that have expired", async () => {
  const authority = await createCertificateAuthority();
  const leaf = await authority.issue({ names: ["mail.test"], notAfter: new Date(Date.now() - 60_000) });
  expect(await handshake(leaf, { ca: authority.certificate, servername: "mail.test" })).toBe("CERT_HAS_EXPIRED");
});
