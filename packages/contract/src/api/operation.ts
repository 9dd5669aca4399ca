import type { Static, TSchema } from "typebox";

/** What a person may do. Ordered from most to least; a token carries one of them too. */
export const roles = ["administrator", "operator", "auditor", "viewer"] as const;
export type Role = (typeof roles)[number];

/** Who may call an operation: everybody, a plugin's own credential, or the named roles. */
export type Callers = "public" | "plugin" | readonly Role[];

/** Where the Admin Console offers the operation, or why it needs no screen (CONSOLE.md section 4). */
export type ConsolePlace = { screen: string } | { exempt: string };

export interface OperationSpec {
  /** camelCase verb and noun; unique; stamped on each answer as `x-operation-id`. */
  id: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** OpenAPI path template, e.g. `/api/v1/plugins/{plugin}`. */
  path: string;
  tag: string;
  summary: string;
  access: Callers;
  console: ConsolePlace;
  /**
   * `intent`: intent and outcome entries, durable, around the effect. `denials`: only refusals are written (reads of
   * no consequence). Reads that disclose PHI are `intent`.
   */
  audit: "intent" | "denials";
  /** The act asks for the password again when the last proof is older than five minutes. */
  stepUp?: boolean;
  /** Pages of other sites send a browser here: no credential is read, so there is none that they could misuse. */
  fromElsewhere?: true;
  params?: TSchema;
  query?: TSchema;
  headers?: TSchema;
  /** JSON body, unless `bodyType` says otherwise. */
  body?: TSchema;
  /** `bytes`: any content type, streamed. Default `json`. */
  bodyType?: "json" | "bytes";
  /** Bytes; default 1 MiB. */
  bodyBytesMax?: number;
  /**
   * Taken as it comes: no credential of ours is looked at, any query and content type is let through, nothing is read or
   * counted before the handler, which judges the whole request itself.
   */
  raw?: boolean;
  /**
   * `fhir`: spoken as the FHIR REST API has it. Resources are `application/fhir+json`, every refusal is an OperationOutcome, query
   * parameters come in their order and repeat, and body and query are judged by the handler.
   */
  dialect?: "fhir";
  /** By status. `null` where the answer has no body; `stream` bodies are described in `produces`. */
  responses: Record<number, TSchema | null>;
  /** Content type of a success answer that is not JSON. */
  produces?: string;
}

/** Pins the literal types of an operation so that server and client can read them. */
export function defineOperation<const O extends OperationSpec>(operation: O): O {
  return operation;
}

type Known<S> = S extends TSchema ? Static<S> : undefined;
export type ParamsOf<O> = O extends { params: infer S } ? Known<S> : Record<never, never>;
export type QueryOf<O> = O extends { query: infer S } ? Known<S> : Record<never, never>;
export type BodyOf<O> = O extends { body: infer S } ? Known<S> : undefined;
type Responses<O> = O extends { responses: infer R } ? R[keyof R] : never;
/** The body of any success answer of the operation. */
export type AnswerOf<O> = Responses<O> extends infer R ? (R extends TSchema ? Static<R> : undefined) : never;
