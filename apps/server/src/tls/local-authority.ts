import { X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import type * as X509 from "@peculiar/x509";

const dayMs = 86_400_000;
const authorityDays = 3650;
/** Under the 398 days that browsers accept for a server certificate. */
const serverDays = 390;
const renewBeforeDays = 30;

export interface ServerCertificate {
  /** PEM: the server's certificate followed by the authority's. */
  cert: string;
  key: string;
  authorityPem: string;
  authorityFile: string;
  validUntil: Date;
}

/**
 * The certificate of the HTTPS listener, from a local authority made at first start in `{dir}`. Renews the server
 * certificate when it has less than 30 days left or does not carry one of `names`; the authority, which people have
 * trusted, is never replaced.
 */
export async function loadServerCertificate(
  dir: string,
  names: readonly string[],
  now: Date = new Date(),
): Promise<ServerCertificate> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = {
    authority: join(dir, "ca.pem"),
    authorityKey: join(dir, "ca.key"),
    cert: join(dir, "server.pem"),
    key: join(dir, "server.key"),
  };
  if (!existsSync(files.authority)) await makeAuthority(files.authority, files.authorityKey, now);
  const allNames = [...new Set(["localhost", hostname(), ...names])];
  const authorityPem = await readPem(files.authority);
  if (!(await isUsable(files.cert, files.key, allNames, now))) {
    await makeServerCertificate(files, authorityPem, allNames, now);
  }
  const cert = await readPem(files.cert);
  return {
    cert: cert + authorityPem,
    key: await readFile(files.key, "utf8"),
    authorityPem,
    authorityFile: files.authority,
    validUntil: new NodeCertificate(cert).validToDate,
  };
}

async function readPem(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  try {
    new NodeCertificate(text);
  } catch (cause) {
    throw new HilumError("data.corrupt", { detail: `The certificate file ${file} is damaged.`, cause });
  }
  return text;
}

async function isUsable(certFile: string, keyFile: string, names: readonly string[], now: Date): Promise<boolean> {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  const certificate = new NodeCertificate(await readPem(certFile));
  const carriesAll = names.every((name) => certificate.checkHost(name) !== undefined);
  return carriesAll && certificate.validToDate.getTime() - now.getTime() > renewBeforeDays * dayMs;
}

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

async function makeAuthority(certFile: string, keyFile: string, now: Date): Promise<void> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Hilum local authority (${hostname()})`,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + authorityDays * dayMs),
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeSecret(keyFile, await exportKey(keys.privateKey));
  await writeWhole(certFile, certificate.toString("pem") + "\n", 0o644);
}

async function makeServerCertificate(
  files: { authorityKey: string; cert: string; key: string },
  authorityPem: string,
  names: readonly string[],
  now: Date,
): Promise<void> {
  const x509 = await loadX509();
  const authority = new x509.X509Certificate(authorityPem);
  const authorityKey = await webcrypto.subtle.importKey(
    "pkcs8",
    pemBody(await readFile(files.authorityKey, "utf8")),
    keyAlgorithm,
    false,
    ["sign"],
  );
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: authority.subject,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + serverDays * dayMs),
    publicKey: keys.publicKey,
    signingKey: authorityKey,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: "dns" as const, value })),
        { type: "ip" as const, value: "127.0.0.1" },
        { type: "ip" as const, value: "::1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeSecret(files.key, await exportKey(keys.privateKey));
  await writeWhole(files.cert, certificate.toString("pem") + "\n", 0o644);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

function pemBody(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ""), "base64");
}

const writeSecret = (file: string, text: string): Promise<void> => writeWhole(file, text, 0o600);

/** Whole or not at all: a crash leaves the old file. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode, flush: true });
  await rename(`${file}.new`, file);
}

/** Only where a certificate is made: most starts need none of it. Its decorators want the metadata polyfill first. */
async function loadX509(): Promise<typeof X509> {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}
