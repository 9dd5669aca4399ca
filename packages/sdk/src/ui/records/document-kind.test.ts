import { expect, it } from "vitest";
import { decodeText, documentKind } from "./document-kind.ts";

it.each([
  ["application/pdf", "pdf"],
  ["image/png", "image"],
  ["IMAGE/JPEG; q=1", "image"],
  ["image/svg+xml", "none"],
  ["text/plain;charset=utf-8", "text"],
  ["text/html", "text"],
  ["application/fhir+json", "text"],
  ["application/xml", "text"],
  ["application/cda+xml", "clinical"],
  ["application/zip", "none"],
  ["", "none"],
])("shows %s as %s", (type, kind) => expect(documentKind(type)).toBe(kind));

it("reads text in the character set that is named, and in UTF-8 where none is known", () => {
  expect(decodeText(new Uint8Array([0xe4]), "text/plain; charset=iso-8859-1")).toBe("ä");
  expect(decodeText(new TextEncoder().encode("ä"), "text/plain")).toBe("ä");
  expect(decodeText(new TextEncoder().encode("ä"), 'text/plain; charset="no-such"')).toBe("ä");
});
