import { isHilumError } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBundle, parseETag } from "./parse-bundle.ts";

const batch = (...entry: object[]) => ({ resourceType: "Bundle", type: "batch", entry });
const get = (url: string) => ({ request: { method: "GET", url } });

describe("parseBundle", () => {
  it("reads what each entry asks for", () => {
    const { kind, entries } = parseBundle(
      batch(
        get("Patient/1"),
        get("/Patient/1/_history/2"),
        get("Patient/1/_history"),
        get("Patient?name=a%20b&birthdate=ge1970"),
        {
          resource: { resourceType: "Patient" },
          request: { method: "PUT", url: "Patient/1", ifMatch: 'W/"3"' },
        },
        {
          fullUrl: "urn:uuid:1",
          resource: { resourceType: "Patient" },
          request: { method: "POST", url: "Patient", ifNoneExist: "identifier=x|1" },
        },
      ),
    );
    expect(kind).toBe("batch");
    expect(entries).toMatchObject([
      { method: "GET", type: "Patient", id: "1" },
      { type: "Patient", id: "1", version: "2" },
      { type: "Patient", id: "1", history: true },
      {
        query: [
          ["name", "a b"],
          ["birthdate", "ge1970"],
        ],
      },
      { method: "PUT", id: "1", ifMatch: 3 },
      { method: "POST", fullUrl: "urn:uuid:1", ifNoneExist: [["identifier", "x|1"]] },
    ]);
  });

  it("never throws anything but a refusal, and never quotes a value", () => {
    const secret = "Quillfeather";
    const odd = fc.oneof(fc.constant(secret), fc.jsonValue(), fc.constant(undefined));
    const entry = fc.record({
      fullUrl: odd,
      resource: odd,
      request: fc.oneof(odd, fc.record({ method: odd, url: odd, ifMatch: odd, ifNoneExist: odd })),
    });
    const bundle = fc.record({
      resourceType: fc.oneof(fc.constant("Bundle"), odd),
      type: fc.oneof(fc.constant("transaction"), odd),
      entry: fc.oneof(fc.array(entry), odd),
    });
    fc.assert(
      fc.property(fc.oneof(bundle, odd), (value) => {
        try {
          parseBundle(value);
          return true;
        } catch (error) {
          return isHilumError(error) && !JSON.stringify([error.detail, error.problems]).includes(secret);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("reads versions as HTTP writes them", () => {
    expect(['W/"3"', '"3"', ' W/"12" '].map(parseETag)).toEqual([3, 3, 12]);
    expect(["3", "W/3", "*", 3, 'W/"x"', undefined].map(parseETag)).toEqual([null, null, null, null, null, null]);
  });
});
