import "reflect-metadata";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from "@peculiar/x509";
import { isIP } from "node:net";

export interface IssuedCertificate {
  /** PEM, the leaf alone. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface CertificateRequest {
  /** DNS names and IP addresses; the first becomes the common name. */
  names: readonly string[];
  /** Defaults to a day ago. */
  notBefore?: Date;
  /** Defaults to a day from now. */
  notAfter?: Date;
}

export interface CertificateAuthority {
  /** PEM of the root, for a `ca` option or a trust file. */
  readonly certificate: string;
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 24 * 60 * 60 * 1000;

/** Makes an authority that nobody trusts yet, with ECDSA P-256 keys that exist in memory only. */
export async function createCertificateAuthority(name = "Hilum test authority"): Promise<CertificateAuthority> {
  const keys = await makeKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: root.toString("pem"),
    issue: (request) => issue(root, keys.privateKey, request),
  };
}

async function issue(
  root: X509Certificate,
  signingKey: Keys["privateKey"],
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const keys = await makeKeys();
  const leaf = await X509CertificateGenerator.create({
    subject: `CN=${request.names[0] ?? "localhost"}`,
    issuer: root.subject,
    signingKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    notBefore: request.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: request.notAfter ?? new Date(Date.now() + dayMs),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new SubjectAlternativeNameExtension(
        request.names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name }) as const),
      ),
    ],
  });
  return { certificate: leaf.toString("pem"), key: await exportKey(keys.privateKey) };
}

type Keys = Awaited<ReturnType<typeof makeKeys>>;

function makeKeys() {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function exportKey(key: Keys["privateKey"]): Promise<string> {
  const body = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
