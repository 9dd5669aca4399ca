import { expect, it } from "vitest";
import { readClinicalDocument } from "./clinical-document.ts";

const letter = `<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
  <title>Transfer summary</title>
  <effectiveTime value="202611211640+0000"/>
  <recordTarget><patientRole><patient>
    <name use="P"><given>Janey</given></name>
    <name use="L"><given>Jane</given><given>Q.</given><family>Doe</family></name>
    <birthTime value="19700302"/>
  </patient></patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson><name>Dr. <family>Brandt</family></name></assignedPerson></assignedAuthor></author>
  <author><assignedAuthor><assignedAuthoringDevice><softwareName>Ward system</softwareName></assignedAuthoringDevice></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><name>Riverside</name></representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody>
    <component><section><title>Allergies</title><text>None known</text>
      <component><section><code displayName="Food"/></section></component>
    </section></component>
    <component><section><title>Plan</title><text><paragraph>Rest</paragraph></text></section></component>
  </structuredBody></component>
</ClinicalDocument>`;

it("reads a clinical document into who, when, by whom, and its sections in order", () => {
  const read = readClinicalDocument(letter);
  expect({ ...read, sections: undefined }).toEqual({
    title: "Transfer summary",
    writtenOn: "2026-11-21",
    patient: "Jane Q. Doe",
    bornOn: "1970-03-02",
    authors: ["Dr. Brandt", "Ward system"],
    custodian: "Riverside",
    sections: undefined,
    body: undefined,
  });
  const titles = read?.sections.map(({ title, sections }) => [title, sections.map((inner) => inner.title)]);
  expect(titles).toEqual([
    ["Allergies", ["Food"]],
    ["Plan", []],
  ]);
});

it("names a document by its code where it has no title, and reads days that end early", () => {
  const read = readClinicalDocument(
    '<ClinicalDocument><code displayName="Referral note"/><effectiveTime value="2026"/></ClinicalDocument>',
  );
  expect([read?.title, read?.writtenOn, read?.sections]).toEqual(["Referral note", "2026", []]);
});

it("hands on a body that is not XML as it is", () => {
  const body =
    '<component><nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0=</text></nonXMLBody></component>';
  expect(readClinicalDocument(`<ClinicalDocument>${body}</ClinicalDocument>`)?.body).toEqual({
    contentType: "application/pdf",
    base64: "JVBERi0=",
  });
});

it.each([
  ["another kind of document", "<Bundle/>"],
  ["HTML", "<!doctype html><html></html>"],
  ["a document with entities of its own", '<!DOCTYPE x [<!ENTITY e "e">]><ClinicalDocument>&e;</ClinicalDocument>'],
  ["text", "ClinicalDocument"],
])("says that %s is none", (_, text) => expect(readClinicalDocument(text)).toBeUndefined());
