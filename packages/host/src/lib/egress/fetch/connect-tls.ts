import type { Socket } from "node:net";
import { connect, createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import { HilumError } from "@hilum/contract";
import type { Target } from "../target.ts";

/**
 * Speaks TLS over a socket that leads to a checked address, and proves that the server is who the destination names. Takes as long
 * as `timeoutMs` at most.
 */
export type ConnectTls = (socket: Socket, target: Target, timeoutMs: number) => Promise<TLSSocket>;

/**
 * `authorities` are PEM that an administrator added to the public ones (threat 104). What they make together is read once and
 * kept: 265 certificates take 14 ms, which every new connection would cost anew.
 */
export function createTlsConnector(authorities: () => readonly string[]): ConnectTls {
  let kept: { added: string; context: SecureContext } | undefined;
  return (socket, target, timeoutMs) => {
    const added = authorities().join("\n");
    if (kept?.added !== added) kept = { added, context: createContext(added) };
    return connectTo(socket, target, kept.context, timeoutMs);
  };
}

const createContext = (added: string): SecureContext =>
  createSecureContext({
    minVersion: "TLSv1.2",
    ...(added === "" ? {} : { ca: [...getCACertificates("default"), added] }),
  });

async function connectTo(
  socket: Socket,
  { host, literal }: Target,
  secureContext: SecureContext,
  timeoutMs: number,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const secured = connect({
    socket,
    host,
    // A server name is a DNS name; an address is checked against the certificate's addresses (RFC 6066 section 3).
    ...(literal ? {} : { servername: host }),
    secureContext,
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
  const timer = setTimeout(() => reject(new Error("The TLS handshake timed out")), timeoutMs);
  const closed = (): void => reject(new Error("The connection was closed in the TLS handshake"));
  secured.once("secureConnect", resolve).once("error", reject).once("close", closed);
  try {
    await promise;
    if (!secured.authorized) throw new Error("The certificate was not checked");
    return secured;
  } catch (error) {
    secured.on("error", () => undefined).destroy();
    throw failureOf(error);
  } finally {
    clearTimeout(timer);
    secured.off("secureConnect", resolve).off("error", reject).off("close", closed);
  }
}

const certificateCodes =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERROR_IN_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

const certificateWords: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "The certificate has expired",
  CERT_NOT_YET_VALID: "The certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The certificate is signed by itself alone",
  SELF_SIGNED_CERT_IN_CHAIN: "The certificate's authority is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The certificate's authority is not trusted, or its chain is not whole",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "The certificate's authority is not trusted, or its chain is not whole",
  ERR_TLS_CERT_ALTNAME_INVALID: "The certificate is of another host",
};

function failureOf(cause: unknown): HilumError {
  const code =
    typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (certificateCodes.test(code))
    return new HilumError("provider.certificate", {
      detail: `${certificateWords[code] ?? "The certificate is not trusted"} (${code}).`,
      cause,
    });
  const notTls = code.startsWith("ERR_SSL_") || code === "EPROTO";
  return new HilumError("provider.unreachable", {
    detail: notTls ? "The port does not speak TLS as Hilum does." : "The TLS handshake was not finished.",
    cause,
  });
}
