import { describe, expect, it } from "vitest";
import { conditionalsOf, resolveReferences } from "./resolve-references.ts";

const urn = "urn:uuid:0b1f4c5e-0000-4000-8000-000000000001";
const resource = {
  resourceType: "DocumentReference",
  identifier: [{ system: "urn:ietf:rfc:3986", value: urn }],
  subject: { reference: urn, display: urn },
  author: [{ reference: "Practitioner?identifier=x|1" }, { reference: "#me" }],
  content: [{ attachment: { url: urn, title: urn } }],
  extension: [{ url: "https://example.org/ext", valueUri: urn }],
  text: { status: "generated", div: `<div><a href="${urn}">x</a><img src="${urn}"/> ${urn}</div>` },
};

describe("resolveReferences", () => {
  it("replaces addresses, also in links of narrative, and no text that looks like one", () => {
    const resolved = resolveReferences(resource, (address) => (address === urn ? "Patient/1" : undefined));
    expect(resolved).toEqual({
      ...resource,
      subject: { reference: "Patient/1", display: urn },
      content: [{ attachment: { url: "Patient/1", title: urn } }],
      extension: [{ url: "https://example.org/ext", valueUri: "Patient/1" }],
      text: { status: "generated", div: `<div><a href="Patient/1">x</a><img src="Patient/1"/> ${urn}</div>` },
    });
    expect(resource.subject.reference).toBe(urn);
  });

  it("finds the references that are conditions", () => {
    expect(conditionalsOf(resource)).toEqual(["Practitioner?identifier=x|1"]);
  });
});
