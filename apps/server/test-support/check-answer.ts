import { FhirResource, operations, ProblemDocument, type OperationSpec } from "@hilum/contract/api";
import addFormats from "ajv-formats";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { TSchema } from "typebox";

/** What came over the wire, as far as the contract speaks of it. */
export interface WireAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, discriminator: false });
addFormats.default(ajv, ["date-time", "email", "uri"]);
const compiled = new Map<TSchema, ValidateFunction>();

/**
 * Holds an answer to what the API description promises: a declared status with a body of its schema, or a problem document
 * (RFC 9457). Answers name their operation in `x-operation-id`; others are pages and files. Throws what differs.
 */
export function checkAnswer(answer: WireAnswer): void {
  const id = answer.headers["x-operation-id"];
  const operation: OperationSpec | undefined = operations.find((candidate) => candidate.id === id);
  if (operation === undefined) return;
  // What a plugin answers to its vendor is its own word.
  if (operation.dialect === "fhir") return checkFhir(operation, answer);
  const isProblem = String(answer.headers["content-type"]).startsWith("application/problem+json");
  if (operation.raw === true && !isProblem) return;
  const declared = operation.responses[answer.status];
  if (declared === undefined) return checkProblem(operation, answer);
  if (declared === null) return;
  const type = String(answer.headers["content-type"]);
  if (!type.startsWith("application/json")) throw differs(operation, answer, `its content type is ${type}`);
  judge(operation, answer, declared);
}

/** A resource, or no body; an OperationOutcome where it is refused. The bytes of a Binary are their owner's. */
function checkFhir(operation: OperationSpec, answer: WireAnswer): void {
  const declared = operation.responses[answer.status];
  if (declared === undefined && answer.status < 400) throw differs(operation, answer, "the status is not declared");
  const type = String(answer.headers["content-type"]);
  if (declared === null || answer.text === "" || (declared !== undefined && !type.startsWith("application/fhir+json")))
    return;
  if (!type.startsWith("application/fhir+json")) throw differs(operation, answer, `its content type is ${type}`);
  judge(operation, answer, FhirResource);
  const { resourceType } = JSON.parse(answer.text) as FhirResource;
  if (declared === undefined && resourceType !== "OperationOutcome")
    throw differs(operation, answer, `it is refused with a ${resourceType}`);
}

function checkProblem(operation: OperationSpec, answer: WireAnswer): void {
  if (answer.status < 400) throw differs(operation, answer, "the status is not declared");
  const type = String(answer.headers["content-type"]);
  if (!type.startsWith("application/problem+json")) throw differs(operation, answer, `its content type is ${type}`);
  judge(operation, answer, ProblemDocument);
  const document = JSON.parse(answer.text) as ProblemDocument;
  if (document.status !== answer.status) throw differs(operation, answer, "the document names another status");
  if (document.requestId !== answer.headers["x-request-id"])
    throw differs(operation, answer, "the document names another request");
}

function judge(operation: OperationSpec, answer: WireAnswer, schema: TSchema): void {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (!validate(JSON.parse(answer.text)))
    throw differs(operation, answer, ajv.errorsText(validate.errors, { dataVar: "body" }));
}

function differs(operation: OperationSpec, { status, text }: WireAnswer, how: string): Error {
  return new Error(`${operation.id} answered ${status} against its contract: ${how}\n${text.slice(0, 2000)}`);
}
