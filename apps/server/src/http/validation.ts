import { HilumError, type Problem } from "@hilum/contract";
import type { OperationSpec } from "@hilum/contract/api";
import type AddFormats from "ajv-formats";
import type * as Ajv from "ajv/dist/2020.js";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { createRequire } from "node:module";
import { nulCharacter } from "./json-body.ts";

/** At most so many places are named in one refusal: a body of a million faults must not make a million-line answer. */
const problemsMax = 20;

/** For bodies. */
let strict: Ajv2020 | undefined;
/** Query strings and path parameters arrive as text; numbers and booleans are read from it. */
let coercing: Ajv2020 | undefined;

/** Loaded by the first request that has something to judge: the server listens sooner without it. */
const require = createRequire(import.meta.url);

function createAjv(coerceTypes: boolean): Ajv2020 {
  const { Ajv2020: Validator } = require("ajv/dist/2020.js") as typeof Ajv;
  const addFormats = require("ajv-formats") as typeof AddFormats;
  const ajv = new Validator({
    coerceTypes,
    removeAdditional: false,
    useDefaults: false,
    strict: true,
    allErrors: false,
    discriminator: false,
    strictTypes: false,
  });
  addFormats.default(ajv, ["date-time", "email", "uri"]);
  return ajv;
}

type Check = (value: unknown) => void;
type Part = "params" | "query" | "headers" | "body";

/**
 * Of each part that the operation has: throws `request.invalid` that names pointers and mends. U+0000, which no database keeps,
 * is refused before; in a path it names nothing that is there. The FHIR API says by itself what is wrong with an id. Compiled at first use.
 */
export type Checks = Partial<Record<Part, Check>>;

export function createChecks(spec: OperationSpec): Checks {
  const { params, query, headers, body, dialect } = spec;
  return {
    ...(params === undefined
      ? {}
      : {
          params: createCheck(
            params,
            "params",
            dialect === "fhir" ? undefined : () => new HilumError("request.not_found"),
          ),
        }),
    ...(query === undefined ? {} : { query: createCheck(query, "query", () => nulCharacter("/query")) }),
    ...(headers === undefined ? {} : { headers: createCheck(headers, "headers") }),
    ...(body === undefined ? {} : { body: createCheck(body, "body") }),
  };
}

/** Judges one part by itself. `refuseNul` makes the refusal of U+0000. */
export function createCheck(schema: NonNullable<OperationSpec[Part]>, part: Part, refuseNul?: () => HilumError): Check {
  let validate: ValidateFunction | undefined;
  return (value) => {
    if (refuseNul !== undefined && holdsNul(value)) throw refuseNul();
    validate ??= validatorOf(part).compile(schema);
    if (!validate(value)) throw refusal(part, validate.errors ?? []);
  };
}

function holdsNul(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((text) => typeof text === "string" && text.includes("\0"));
}

function validatorOf(part: string): Ajv2020 {
  return part === "body" ? (strict ??= createAjv(false)) : (coercing ??= createAjv(true));
}

function refusal(part: string, errors: readonly ErrorObject[]): HilumError {
  const problems = errors.slice(0, problemsMax).map((error) => describe(part, error));
  return new HilumError("request.invalid", { detail: problems[0]?.message ?? "The request is not valid.", problems });
}

function describe(part: string, error: ErrorObject): Problem {
  const base = part === "body" ? error.instancePath : `/${part}${error.instancePath}`;
  const place = base === "" ? "The body" : base;
  switch (error.keyword) {
    case "additionalProperties": {
      const name = String(error.params["additionalProperty"]);
      return {
        pointer: `${base}/${escapePointer(name)}`,
        message: `${place} has no member \`${shorten(name)}\`.`,
        fix: "Remove it, or correct its name.",
      };
    }
    case "required":
      return {
        pointer: base,
        message: `${place} lacks \`${String(error.params["missingProperty"])}\`.`,
        fix: "Add it.",
      };
    case "enum":
    case "const":
      return {
        pointer: base,
        message: `${place} is none of the values allowed here.`,
        fix: `Use one of: ${JSON.stringify(error.params["allowedValues"] ?? error.params["allowedValue"])}.`,
      };
    default:
      return { pointer: base, message: `${place} ${error.message ?? "is not valid"}.` };
  }
}

const escapePointer = (name: string): string => shorten(name).replaceAll("~", "~0").replaceAll("/", "~1");
const shorten = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
