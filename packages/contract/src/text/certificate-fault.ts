/** What is wrong with a certificate, in classes that somebody can act on. */
export type CertificateFault = "expired" | "not_yet_valid" | "wrong_name" | "self_signed" | "untrusted";

const certificateCodes =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERROR_IN_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

const faults: ReadonlyMap<string, CertificateFault> = new Map([
  ["CERT_HAS_EXPIRED", "expired"],
  ["CERT_NOT_YET_VALID", "not_yet_valid"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "wrong_name"],
  ["HOSTNAME_MISMATCH", "wrong_name"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "self_signed"],
]);

/**
 * The fault that a code of the certificate check names; undefined for a code of anything else.
 * Codes: X509_verify_cert_error_string(3) of OpenSSL as Node spells them, and ERR_TLS_CERT_ALTNAME_INVALID of node:tls.
 */
export function certificateFault(code: string): CertificateFault | undefined {
  return certificateCodes.test(code) ? (faults.get(code) ?? "untrusted") : undefined;
}
