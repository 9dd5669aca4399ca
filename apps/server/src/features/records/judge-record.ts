import { HilumError, type Problem } from "@hilum/contract";
import { recordBytesMax } from "@hilum/contract/api";
import { loadValidator, presentIssues } from "@hilum/contract/fhir";
import { requireCarried } from "./carried-types.ts";
import type { Resource } from "./records-service.ts";

/** FHIR R4 section 2.20, `id`. */
const idPattern = /^[A-Za-z0-9.-]{1,64}$/;

/**
 * Judges what somebody wants to store: a resource of a type that is carried, valid FHIR R4, of a size that can be handled.
 * Throws `record.not_carried`, `record.invalid` with pointers and mends, `record.too_large`. Quotes no value of it.
 */
export async function judgeRecord(given: unknown, expected?: { type: string; id?: string }): Promise<Resource> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw invalid([{ pointer: "", message: "A resource is an object.", fix: 'Send an object with "resourceType".' }]);
  const resource = given as Resource;
  if (expected !== undefined) refuseOther(resource, expected);
  if (typeof resource.resourceType === "string") requireCarried(resource.resourceType);
  const issues = await validate(resource);
  if (issues.length > 0) throw invalid(presentIssues(issues));
  return resource;
}

/** What is stored must be what the address says. */
function refuseOther(resource: Resource, { type, id }: { type: string; id?: string }): void {
  if (resource.resourceType !== type)
    throw invalid([
      {
        pointer: "/resourceType",
        message: "It is another type than the address says.",
        fix: `Write "resourceType": "${requireCarried(type)}", or send it to the address of its own type.`,
      },
    ]);
  if (id !== undefined && resource.id !== id)
    throw invalid([
      { pointer: "/id", message: "It is another id than the address says.", fix: "Write the id of the address." },
    ]);
}

/**
 * Our own walk alone judges what has nothing of a type that is not carried inside: on that, both engines say the same, and
 * it is the faster one.
 */
async function validate(resource: Resource) {
  const compiled = (await loadValidator("compiled")).validateResource(resource);
  if (compiled.length === 0 || resource["contained"] === undefined) return compiled;
  return (await loadValidator("layered")).validateResource(resource);
}

export const isId = (id: string): boolean => idPattern.test(id);

export function requireId(id: string): string {
  if (!isId(id)) throw new HilumError("record.not_found");
  return id;
}

/** The id of what is to be stored. Throws `record.invalid`. */
export function requireNewId(id: string): string {
  if (isId(id)) return id;
  throw invalid([
    {
      pointer: "/id",
      message: "This cannot be an id.",
      fix: "Write at most 64 letters, digits, hyphens and full stops.",
    },
  ]);
}

/** Measured on the JSON as it will be stored. */
export function refuseLarge(text: string, type: string): void {
  const size = Buffer.byteLength(text, "utf8");
  if (size > recordBytesMax)
    throw new HilumError("record.too_large", {
      detail: `The ${type} has ${size} bytes as JSON; at most ${recordBytesMax} are taken.`,
    });
}

export function invalid(problems: readonly Problem[]): HilumError {
  const [first] = problems;
  return new HilumError("record.invalid", {
    detail:
      problems.length === 1 && first !== undefined
        ? `${first.pointer === "" ? "The resource" : first.pointer}: ${first.message}`
        : `${problems.length} places of the resource need a correction.`,
    problems,
  });
}
