import { HilumError } from "@hilum/contract";
import { fhirRoot, type OperationSpec } from "@hilum/contract/api";
import { canonicalTypes } from "@hilum/contract/fhir";
import type { CallRecord } from "@hilum/host";
import type { FastifyReply, FastifyRequest } from "fastify";
import { readPairs } from "../features/records/query-pairs.ts";
import { fhirStatusOf, presentOutcome } from "./operation-outcome.ts";

/** True for an address of the FHIR API, also where nothing is at it. */
export const isFhirAddress = ({ url, operation }: Pick<FastifyRequest, "url" | "operation">): boolean =>
  operation?.dialect === "fhir" || url === fhirRoot || url.startsWith(`${fhirRoot}/`) || url.startsWith(`${fhirRoot}?`);

/** The parameters of an address in their order. */
export function readSearch(url: string): readonly (readonly [string, string])[] {
  const at = url.indexOf("?");
  return at < 0 ? [] : readPairs(url.slice(at + 1));
}

/** What the audit log says of a request: the type, and the record as a keyed hash. A type that is none is not written down. */
export function describeFhirRecord(
  { path }: Pick<OperationSpec, "path">,
  { type = path.includes("/Binary") ? "Binary" : undefined, id }: Readonly<Record<string, string | undefined>>,
  ref: (resource: string, id: string) => string,
): Pick<CallRecord, "resource" | "ref"> {
  if (type === undefined) return { resource: "Bundle" };
  if (!canonicalTypes.some((name) => name === type)) return {};
  return { resource: type, ...(id === undefined ? {} : { ref: ref(type, id) }) };
}

/** A body of another type than the FHIR API takes there. */
export function notFhirJson({ method }: Pick<OperationSpec, "method">): HilumError {
  const type = method === "PATCH" ? "application/json-patch+json" : "application/fhir+json";
  return mediaType("The Content-Type is none that is taken here.", `Send ${type}.`);
}

/** FHIR is UTF-8 (R4 json.html), and what is spoken here is R4 (versions.html#mt-version). Throws `request.media_type`. */
export function requireFhirType(contentType = ""): void {
  for (const [, name = "", value = ""] of contentType.matchAll(/;\s*([^=;\s]+)\s*=\s*"?([^";\s]*)"?/g)) {
    if (name.toLowerCase() === "charset" && !/^utf-?8$/i.test(value))
      throw mediaType(
        "The body says that it is in another charset than UTF-8.",
        "Send it in UTF-8, with charset=utf-8 or none.",
      );
    if (name.toLowerCase() === "fhirversion" && !/^4\.0(?:\.\d+)?$/.test(value))
      throw mediaType(
        "The body says that it is of another version of FHIR than R4.",
        "Send FHIR R4, with fhirVersion=4.0 or none.",
      );
  }
}

export const mediaType = (message: string, fix: string): HilumError =>
  new HilumError("request.media_type", { detail: message, problems: [{ pointer: "", message, fix }] });

/** A refusal as an OperationOutcome. */
export function presentFhirProblem(error: HilumError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const isBinary = request.operation?.path.includes("/Binary") === true;
  const type = isBinary ? "Binary" : (request.params as { type?: string } | undefined)?.type;
  const known = canonicalTypes.find((name) => name === type);
  const outcome = presentOutcome(error, {
    requestId: request.id,
    // The places of a search are parameters, and those of a bundle are its entries'.
    ...(known === undefined || error.code !== "record.invalid" ? {} : { type: known }),
  });
  return reply.code(fhirStatusOf(error)).type("application/fhir+json; charset=utf-8").send(JSON.stringify(outcome));
}
