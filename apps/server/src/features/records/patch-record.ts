import { HilumError } from "@hilum/contract";
import { recordBytesMax } from "@hilum/contract/api";
import jsonPatch, { type Operation } from "fast-json-patch";
import type { Resource } from "./records-service.ts";

const stepsMax = 200;
const operations: ReadonlySet<unknown> = new Set(["add", "remove", "replace", "move", "copy", "test"]);

/**
 * Applies a JSON Patch (RFC 6902) to a copy of the resource. Throws `record.patch_failed`, which names the step and no value of
 * the record. Whether the result is a valid resource is judged afterwards.
 */
export function patchResource(resource: Resource, steps: unknown): Resource {
  let patched = structuredClone(resource);
  for (const [index, step] of requireSteps(steps).entries()) {
    patched = applyStep(patched, step, index);
    if (typeof patched !== "object" || patched === null || Array.isArray(patched))
      throw failed(index, "This step leaves no resource.");
    // Copies within copies double with each step.
    if (step.op === "copy") refuseGrowth(patched, index);
  }
  return patched;
}

function requireSteps(steps: unknown): Operation[] {
  if (!Array.isArray(steps) || steps.length > stepsMax)
    throw failed(undefined, `A JSON Patch is a list of at most ${stepsMax} steps.`);
  for (const [index, step] of steps.entries()) {
    const { op, path } = (typeof step === "object" && step !== null ? step : {}) as { op?: unknown; path?: unknown };
    if (!operations.has(op) || typeof path !== "string")
      throw failed(index, "A step has `op` (add, remove, replace, move, copy, test) and `path`, a JSON pointer.");
  }
  return steps as Operation[];
}

function applyStep(resource: Resource, step: Operation, index: number): Resource {
  if ((step.op === "remove" || step.op === "replace" || step.op === "test") && leadsAstray(resource, step.path))
    throw failed(index, sentences["OPERATION_PATH_UNRESOLVABLE"] ?? "");
  if ((step.op === "move" || step.op === "copy") && leadsAstray(resource, String(step.from)))
    throw failed(index, sentences["OPERATION_FROM_UNRESOLVABLE"] ?? "");
  try {
    return jsonPatch.applyOperation(resource, step, true, true, true, index).newDocument;
  } catch (cause) {
    // Its message holds the document.
    const name = cause instanceof Error ? cause.name : "";
    throw failed(index, sentences[name] ?? "The step does not apply to the record as it is.");
  }
}

/** Whether a pointer leads to what every object has by its nature, and none of a record: `/toString`. */
function leadsAstray(resource: Resource, pointer: string): boolean {
  let place: unknown = resource;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof place !== "object" || place === null) return false;
    if (!Object.hasOwn(place, name)) return name in place;
    place = (place as Readonly<Record<string, unknown>>)[name];
  }
  return false;
}

const sentences: Readonly<Record<string, string>> = {
  TEST_OPERATION_FAILED: "The record does not hold the value that this step tests for.",
  OPERATION_PATH_UNRESOLVABLE: "There is nothing at the path of this step.",
  OPERATION_FROM_UNRESOLVABLE: "There is nothing at the place that this step takes from.",
  OPERATION_PATH_CANNOT_ADD: "Nothing can be added at the path of this step.",
  OPERATION_PATH_ILLEGAL_ARRAY_INDEX: "The path of this step has an index that is no number.",
  OPERATION_VALUE_OUT_OF_BOUNDS: "The path of this step lies past the end of its list.",
  OPERATION_VALUE_REQUIRED: "This step needs a value.",
};

function refuseGrowth(patched: Resource, index: number): void {
  if (JSON.stringify(patched).length > 2 * recordBytesMax) throw failed(index, "The copies make the record too large.");
}

function failed(index: number | undefined, message: string): HilumError {
  const pointer = index === undefined ? "" : `/${index}`;
  return new HilumError("record.patch_failed", {
    detail: index === undefined ? message : `Step ${index}: ${message}`,
    problems: [{ pointer, message, fix: "Read the record as it is now and correct the patch." }],
  });
}
