import { expect, it } from "vitest";
import { totpCode } from "./totp.ts";

// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

it.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_234_567_890, "005924"],
  [20_000_000_000, "353130"],
])("shows at %i s the code of the RFC", (seconds, code) => {
  expect(totpCode(secret, seconds * 1000)).toBe(code);
});
