import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeEnrolmentCode, encodeEnrolmentCode } from "./enrolment-code.ts";

it("carries address, authority and secret in one word", () => {
  fc.assert(
    fc.property(
      fc.webUrl({ validSchemes: ["https"] }),
      fc.option(fc.string({ unit: "grapheme", maxLength: 900 }), { nil: undefined }),
      fc.string({ minLength: 1, maxLength: 80 }),
      (url, ca, secret) => {
        const code = encodeEnrolmentCode(ca === undefined ? { url, secret } : { url, ca, secret });
        expect(code).toMatch(/^[\w.-]+$/);
        if (code.length <= 4096)
          expect(decodeEnrolmentCode(` ${code}\n`)).toEqual(ca === undefined ? { url, secret } : { url, ca, secret });
      },
    ),
  );
});

it("takes nothing else", () => {
  fc.assert(
    fc.property(
      fc.string(),
      (text) => decodeEnrolmentCode(text) === undefined && decodeEnrolmentCode(`hilum-enrol-1.${text}`) === undefined,
    ),
  );
  expect(decodeEnrolmentCode(encodeEnrolmentCode({ url: "http://plain.example", secret: "x" }))).toBeUndefined();
});
