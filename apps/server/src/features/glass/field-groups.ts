import { fieldGroups, type FieldGroup } from "@hilum/contract/api";

type Resource = Readonly<Record<string, unknown>>;

/** Elements that say who it is about, who did it, and their numbers. */
const identity: ReadonlySet<string> = new Set([
  ...[
    "name",
    "identifier",
    "birthDate",
    "gender",
    "deceasedBoolean",
    "deceasedDateTime",
    "maritalStatus",
    "qualification",
  ],
  ...["multipleBirthBoolean", "multipleBirthInteger", "masterIdentifier", "link", "alias", "groupIdentifier", "owner"],
  ...["subject", "patient", "performer", "author", "authenticator", "custodian", "recipient", "sender", "requester"],
  ...["participant", "practitioner", "organization", "managingOrganization", "recorder", "asserter", "for", "agent"],
  ...["resultsInterpreter", "actor", "party", "source", "who", "target"],
]);
const contact: ReadonlySet<string> = new Set([
  ...["telecom", "address", "contact", "communication", "generalPractitioner", "endpoint", "relationship"],
]);
const documents: ReadonlySet<string> = new Set([
  "content",
  "presentedForm",
  "data",
  "photo",
  "payload",
  "media",
  "entry",
]);

/** What is text of everything, or may be: shown only where everything is. */
const everything: ReadonlySet<string> = new Set(["text", "contained", "extension", "modifierExtension"]);
/** Shown by the mask already. */
const open: ReadonlySet<string> = new Set(["resourceType", "id", "meta", "status", "language", "implicitRules"]);

/** The group of an element, by its name; what is not named elsewhere is clinical. */
function groupOf(name: string): FieldGroup | "everything" | "open" {
  const element = name.startsWith("_") ? name.slice(1) : name;
  if (open.has(element)) return "open";
  if (everything.has(element)) return "everything";
  if (identity.has(element)) return "identity";
  if (contact.has(element)) return "contact";
  return documents.has(element) ? "documents" : "clinical";
}

/** The groups that hold something in a resource, the least first. */
export function groupsIn(resource: Resource): FieldGroup[] {
  const found = new Set(Object.keys(resource).map(groupOf));
  return fieldGroups.filter((group) => found.has(group));
}

/**
 * The resource with the elements of the chosen groups as they are, and every other as the mask left it, which may be not at all.
 * An element is whole or masked: nothing is pieced together within one.
 */
export function revealFields(
  resource: Resource,
  masked: Resource,
  groups: readonly FieldGroup[],
): Record<string, unknown> {
  const all = fieldGroups.every((group) => groups.includes(group));
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resource)) {
    const group = groupOf(name);
    const wanted = group === "everything" || group === "open" ? all : groups.includes(group);
    if (wanted) shown[name] = value;
    else if (Object.hasOwn(masked, name)) shown[name] = masked[name];
  }
  return shown;
}
