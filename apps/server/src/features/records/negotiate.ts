import { HilumError } from "@hilum/contract";
import { mediaType } from "../../http/fhir-dialect.ts";
import type { Returning } from "./bundle/present-entries.ts";
import { parseETag } from "./bundle/parse-bundle.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export const oneHeader = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const json = /^(?:\*\/\*|application\/\*|application\/(?:fhir\+)?json|text\/json|json)$/;

/** The media types that an answer may have, without their parameters. */
function accepted(headers: Headers, format: string | undefined): string[] {
  const text = format ?? oneHeader(headers, "accept") ?? "*/*";
  return text.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "");
}

/** FHIR JSON is all that is spoken. Throws `request.not_acceptable`. */
export function requireJson(headers: Headers, format: string | undefined): void {
  if (accepted(headers, format).some((type) => json.test(type))) return;
  throw new HilumError("request.not_acceptable");
}

/** Whether the bytes of a Binary are asked for, and not the resource (R4 binary.html). */
export const wantsBytes = (headers: Headers, format: string | undefined): boolean =>
  !accepted(headers, format).some((type) => type !== "*/*" && type !== "application/*" && json.test(type));

/** `Prefer: return=minimal` (R4 section 3.1.0.1.5); what is not known there is passed over, as RFC 7240 wants it. */
export function readPrefer(headers: Headers, otherwise: Returning): Returning {
  const wanted = /(?:^|[,;\s])return\s*=\s*"?(minimal|representation|OperationOutcome)"?/.exec(
    oneHeader(headers, "prefer") ?? "",
  )?.[1];
  return wanted === undefined ? otherwise : (wanted as Returning);
}

/** The version that `If-Match` names. Throws `request.invalid` for what is none. */
export function readIfMatch(headers: Headers): { ifMatch?: number } {
  const text = oneHeader(headers, "if-match");
  if (text === undefined) return {};
  const version = parseETag(text);
  if (version === null)
    throw new HilumError("request.invalid", {
      detail: 'If-Match names a version as W/"3", which the ETag of a read is.',
    });
  return { ifMatch: version };
}

/** Whether the client has this version already (R4 section 3.1.0.1.4). */
export function isUnchanged(headers: Headers, { version, at }: { version: number; at: string }): boolean {
  const known = oneHeader(headers, "if-none-match");
  if (known !== undefined) return known.split(",").some((text) => parseETag(text) === version);
  const since = oneHeader(headers, "if-modified-since");
  return since !== undefined && Math.floor(Date.parse(at) / 1000) * 1000 <= Date.parse(since);
}

/** A media type with at most plain parameters, as `Content-Type` has it and a Binary keeps it. */
export function readContentType(headers: Headers): string {
  const text = (oneHeader(headers, "content-type") ?? "").trim().replaceAll(/\s*;\s*/g, "; ");
  const plain =
    /^[A-Za-z0-9!#$&^_.+-]{1,60}\/[A-Za-z0-9!#$&^_.+-]{1,80}(?:; [A-Za-z0-9-]{1,30}="?[A-Za-z0-9._:+-]{1,60}"?){0,3}$/;
  if (plain.test(text)) return text;
  throw mediaType("A Binary says in Content-Type what it is.", "Write it plainly, for instance application/pdf.");
}

export const isFhirJson = (contentType: string | undefined): boolean =>
  /^application\/(?:fhir\+)?json\b/i.test(contentType ?? "");
