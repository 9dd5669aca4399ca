import { childOf, childrenOf, parseXml, textIn, type XmlElement } from "./xml.ts";

export interface ClinicalSection {
  title: string;
  /** The narrative block of CDA R2, to be shown as `Markup` alone. */
  text: XmlElement | undefined;
  sections: readonly ClinicalSection[];
}

export interface ClinicalDocument {
  title: string;
  /** `YYYY-MM-DD` or shorter, as far as the document says. */
  writtenOn: string | undefined;
  patient: string | undefined;
  bornOn: string | undefined;
  authors: readonly string[];
  custodian: string | undefined;
  sections: readonly ClinicalSection[];
  /** A body that is not XML, as base64. */
  body: { contentType: string; base64: string } | undefined;
}

/** A CDA R2 document (C-CDA among them) as what a person reads of it; undefined where the text is none. */
export function readClinicalDocument(text: string): ClinicalDocument | undefined {
  const root = parseXml(text);
  if (root?.name !== "ClinicalDocument") return undefined;
  const person = childOf(root, "recordTarget", "patientRole", "patient");
  const authors = childrenOf(root, "author").map((author) => childOf(author, "assignedAuthor"));
  return {
    title: textIn(childOf(root, "title")) || childOf(root, "code")?.attributes["displayName"] || "Clinical document",
    writtenOn: dayOf(childOf(root, "effectiveTime")),
    patient: nameIn(person),
    bornOn: dayOf(childOf(person, "birthTime")),
    authors: authors
      .map((author) => nameIn(childOf(author, "assignedPerson")) ?? deviceIn(author))
      .filter((name) => name !== undefined),
    custodian:
      textIn(childOf(root, "custodian", "assignedCustodian", "representedCustodianOrganization", "name")) || undefined,
    sections: sectionsIn(childOf(root, "component", "structuredBody")),
    body: bodyOf(childOf(root, "component", "nonXMLBody", "text")),
  };
}

function sectionsIn(parent: XmlElement | undefined): ClinicalSection[] {
  return childrenOf(parent, "component").flatMap((component) =>
    childrenOf(component, "section").map((section) => ({
      title: textIn(childOf(section, "title")) || childOf(section, "code")?.attributes["displayName"] || "Section",
      text: childOf(section, "text"),
      sections: sectionsIn(section),
    })),
  );
}

function bodyOf(text: XmlElement | undefined): ClinicalDocument["body"] {
  if (text?.attributes["representation"] !== "B64") return undefined;
  return {
    contentType: text.attributes["mediaType"] ?? "application/octet-stream",
    base64: text.children.filter((node) => typeof node === "string").join(""),
  };
}

/** The legal name where there is one, else the first: its parts in the order they are written. */
function nameIn(person: XmlElement | undefined): string | undefined {
  const names = childrenOf(person, "name");
  const name = names.find(({ attributes }) => attributes["use"] === "L") ?? names[0];
  return textIn(name) || undefined;
}

const deviceIn = (author: XmlElement | undefined): string | undefined =>
  textIn(childOf(author, "assignedAuthoringDevice", "softwareName")) || undefined;

/** The day of an HL7 timestamp `YYYYMMDDhhmmss`, which may end early. */
function dayOf(time: XmlElement | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})?(\d{2})?/.exec(time?.attributes["value"] ?? "") ?? [];
  return year === undefined ? undefined : [year, month, day].filter((part) => part !== undefined).join("-");
}
