import type { Socket } from "node:net";
import { connect, createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import { certificateFault, HilumError, type CertificateFault } from "@hilum/contract";
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

const certificateWords: Readonly<Record<CertificateFault, string>> = {
  expired: "The certificate has expired",
  not_yet_valid: "The certificate is not valid yet",
  wrong_name: "The certificate is of another host",
  self_signed: "The certificate is signed by itself alone",
  untrusted: "The certificate's authority is not trusted, or its chain is not whole",
};

function failureOf(cause: unknown): HilumError {
  const code =
    typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const fault = certificateFault(code);
  if (fault !== undefined)
    return new HilumError("provider.certificate", { detail: `${certificateWords[fault]} (${code}).`, cause });
  const notTls = code.startsWith("ERR_SSL_") || code === "EPROTO";
  return new HilumError("provider.unreachable", {
    detail: notTls ? "The port does not speak TLS as Hilum does." : "The TLS handshake was not finished.",
    cause,
  });
}
