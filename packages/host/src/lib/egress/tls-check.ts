import type { Socket } from "node:net";
import { connect, getCACertificates, type TLSSocket } from "node:tls";
import { certificateFault, type CertificateFault } from "@hilum/contract";

/** What is wrong with a server's TLS, in classes that somebody can act on. */
export type TlsFault = CertificateFault | "not_tls" | "timeout" | "closed";

export interface TlsFacts {
  /** `TLSv1.3` */
  version: string;
  validTo?: Date;
  fault?: TlsFault;
}

export interface TlsCheckOptions {
  host: string;
  /** PEM of authorities that an administrator added to the public ones. */
  authorities: readonly string[];
  timeoutMs: number;
}

/** Shakes hands on an open connection, looks at the certificate and hangs up. Nothing is said to the server. */
export async function checkTls(socket: Socket, { host, authorities, timeoutMs }: TlsCheckOptions): Promise<TlsFacts> {
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  const secured = connect({
    socket,
    host,
    ...named,
    minVersion: "TLSv1.2",
    // The verdict is read and told; nothing is sent over this connection whatever it is.
    rejectUnauthorized: false,
    ...(authorities.length === 0 ? {} : { ca: [...getCACertificates("default"), ...authorities] }),
  });
  const { promise, resolve } = Promise.withResolvers<TlsFacts>();
  const timer = setTimeout(() => resolve({ version: "", fault: "timeout" }), timeoutMs);
  secured.once("secureConnect", () => resolve(factsOf(secured)));
  secured.once("error", (error: NodeJS.ErrnoException) =>
    resolve({ version: "", fault: faultOfError(error.code ?? "") }),
  );
  secured.once("close", () => resolve({ version: "", fault: "closed" }));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    secured.on("error", () => {});
    secured.destroy();
  }
}

function factsOf(secured: TLSSocket): TlsFacts {
  const { valid_to: validTo } = secured.getPeerCertificate();
  // Node's types say Error or null; it is the code as text, or null.
  const verdict: unknown = secured.authorizationError;
  const fault =
    typeof verdict === "string"
      ? (certificateFault(verdict) ?? "untrusted")
      : secured.authorized
        ? undefined
        : "untrusted";
  return {
    version: secured.getProtocol() ?? "",
    ...(validTo === undefined ? {} : { validTo: new Date(validTo) }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function faultOfError(code: string): TlsFault {
  return code.startsWith("ERR_SSL") || code === "EPROTO" ? "not_tls" : "closed";
}
