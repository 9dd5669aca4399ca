import { HilumError } from "@hilum/contract";
import { recordBytesMax } from "@hilum/contract/api";
import { narrowResource, parseSearch } from "@hilum/contract/search";
import { requireFhirType } from "../../http/fhir-dialect.ts";
import { parseJsonBody } from "../../http/json-body.ts";
import type { OutcomeNote, RequestOf } from "../../http/request.ts";
import { requireCarried } from "./carried-types.ts";
import { invalid } from "./judge-record.ts";
import { noteOfGlass } from "./note-glass.ts";
import { isFhirJson, oneHeader, readContentType } from "./negotiate.ts";
import { readAll } from "./read-all.ts";
import type { GivenContent, OpenedRecord, RecordPage, Resource, SearchPairs } from "./records-service.ts";

/** Query parameters apart from those that say how to answer (R4 section 3.1.0.1). */
export function splitQuery(pairs: SearchPairs): { query: SearchPairs; cursor?: string; format?: string } {
  const last = (name: string): string | undefined => pairs.findLast(([key]) => key === name)?.[1];
  const cursor = last("_cursor");
  const format = last("_format");
  return {
    query: pairs.filter(([name]) => name !== "_cursor" && name !== "_format" && name !== "_pretty"),
    ...(cursor === undefined ? {} : { cursor }),
    ...(format === undefined ? {} : { format }),
  };
}

/** The search parameters that say which record is meant. A link's cursor is none of them. */
export function splitCondition(pairs: SearchPairs): { where: SearchPairs; format?: string } {
  const { format } = splitQuery(pairs);
  return {
    where: pairs.filter(([name]) => name !== "_format" && name !== "_pretty"),
    ...(format === undefined ? {} : { format }),
  };
}

export function readHistoryQuery(query: SearchPairs): { since?: string; count?: number } {
  const asked: { since?: string; count?: number } = {};
  for (const [name, value] of query) {
    if (name === "_since") asked.since = value;
    else if (name === "_count") asked.count = readCount(value);
    else
      throw new HilumError("search.invalid", {
        problems: [
          {
            pointer: /^_?[A-Za-z-]{1,40}$/.test(name) ? `/${name}` : "",
            message: "a list of versions does not take this parameter",
            fix: "Use _since, _count or the next link.",
          },
        ],
      });
  }
  return asked;
}

function readCount(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  const fix = "Write a number from 1 to 200.";
  throw new HilumError("search.invalid", {
    problems: [{ pointer: "/_count", message: "_count is a whole number from 1 on", fix }],
  });
}

/** The part of a resource that `_summary` or `_elements` asks for. */
export function narrowed(resource: Resource, query: SearchPairs): Resource {
  const wanted = query.filter(([name]) => name === "_summary" || name === "_elements");
  return wanted.length === 0 ? resource : narrowResource(resource, parseSearch(resource.resourceType, wanted));
}

/** The body as a resource of the type that the address names. */
export function ofType(body: unknown, type: string): Resource {
  requireCarried(type);
  const { resourceType } = (typeof body === "object" && body !== null ? body : {}) as { resourceType?: unknown };
  if (resourceType === type) return body as Resource;
  throw invalid([
    {
      pointer: "/resourceType",
      message: "It is another type than the address says.",
      fix: `Write "resourceType": "${type}", or send it to the address of its own type.`,
    },
  ]);
}

/** The body as the record that the address names: FHIR wants the same id in both (R4 section 3.1.0.4). */
export function withId(resource: Resource, id: string): Resource {
  if (resource.id === id) return resource;
  throw invalid([
    { pointer: "/id", message: "It is not the id of the address.", fix: 'Write the id of the address as "id".' },
  ]);
}

export function refuseFhirPathPatch(body: unknown): void {
  const { resourceType } = (typeof body === "object" && body !== null ? body : {}) as { resourceType?: unknown };
  if (resourceType !== undefined)
    throw new HilumError("record.patch_failed", {
      detail: "FHIRPath Patch is not served.",
      problems: [
        {
          pointer: "",
          message: "This is a resource, as FHIRPath Patch has it; that is not served.",
          fix: "Send a JSON Patch (RFC 6902): a list of steps, as application/json-patch+json.",
        },
      ],
    });
}

/** A Binary as it was sent: as FHIR JSON, or its bytes as they are (R4 binary.html). */
export async function readBinary(
  headers: RequestOf<"createBinary">["headers"],
  bytes: AsyncIterable<Uint8Array>,
  base: string,
): Promise<{ resource: Resource; content?: GivenContent }> {
  if (isFhirJson(oneHeader(headers, "content-type"))) {
    requireFhirType(oneHeader(headers, "content-type"));
    const body: unknown = parseJsonBody(await readAll(bytes, recordBytesMax), { repeats: "refused" });
    return { resource: ofType(body, "Binary") };
  }
  const contentType = readContentType(headers);
  const context = oneHeader(headers, "x-security-context");
  const reference = context?.startsWith(`${base}/`) === true ? context.slice(base.length + 1) : context;
  return {
    resource: {
      resourceType: "Binary",
      contentType,
      ...(reference === undefined ? {} : { securityContext: { reference } }),
    },
    content: { contentType, bytes },
  };
}

export const noteOfOne = (record: OpenedRecord): OutcomeNote => ({
  record: { resource: record.type, id: record.id },
  ...noteOfGlass([record]),
});

/** How many records were disclosed, whose, where they are all of one patient, and under which glass. */
export function noteOf({ records, included }: RecordPage): OutcomeNote {
  const all = [...records, ...included];
  const patients = new Set(all.flatMap((record) => record.patients));
  const [patient] = patients;
  return {
    count: all.length,
    ...noteOfGlass(all),
    ...(patients.size === 1 && patient !== undefined ? { record: { resource: "Patient", id: patient } } : {}),
  };
}
