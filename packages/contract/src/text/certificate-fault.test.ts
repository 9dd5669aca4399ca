import { describe, expect, it } from "vitest";
import { certificateFault } from "./certificate-fault.ts";

describe("the fault of a certificate", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "expired"],
    ["CERT_NOT_YET_VALID", "not_yet_valid"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "wrong_name"],
    ["HOSTNAME_MISMATCH", "wrong_name"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self_signed"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "untrusted"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "untrusted"],
    ["CERT_REVOKED", "untrusted"],
  ])("%s is %s", (code, fault) => expect(certificateFault(code)).toBe(fault));

  it.each(["ECONNRESET", "ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO", "", "constructor"])(
    "%s is none of the certificate's",
    (code) => expect(certificateFault(code)).toBeUndefined(),
  );
});
