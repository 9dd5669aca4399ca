import {
  canonicalJson,
  isHilumError,
  type RecordMethod,
  type RecordParams,
  type RecordResults,
  type WireErrorData,
  type WireResource,
} from "@hilum/contract";
import { checkErrorData, recordAnswerParsers } from "@hilum/contract/wire";
import { demand, errorOf, Fault, resultOf, type Knowledge } from "../case.ts";
import type { PluginProcess } from "../plugin-process.ts";
import { sampleType } from "./record-samples.ts";

/** Why a store cannot be asked to keep a sample. */
export const withoutSample = (knowledge: Knowledge): string | undefined =>
  knowledge.record === undefined && sampleType(knowledge) === undefined
    ? "no record of its types is known here; name one in conformance.json"
    : undefined;

const searchCount = 20;

type Target = { type: WireResource["resourceType"]; id: string };
export const targetOf = ({ resourceType, id }: WireResource & { id: string }): Target => ({ type: resourceType, id });

export function identifierOf(resource: WireResource): [[name: string, token: string]] {
  const [identifier] = resource["identifier"] as { system: string; value: string }[];
  return [["identifier", `${identifier?.system}|${identifier?.value}`]];
}

export const searchFor = ({ resourceType }: WireResource, query: [string, string][]) => ({
  ...{ type: resourceType, query, count: searchCount },
});

export async function ask<Method extends RecordMethod>(
  plugin: PluginProcess,
  method: Method,
  params: RecordParams[Method],
): Promise<RecordResults[Method]> {
  const result = resultOf(method, await plugin.ask(method, params));
  return parsed(method, result, params);
}

/** As the host judges it: the record that was asked for, no larger than it may be. */
export function parsed<Method extends RecordMethod>(
  method: Method,
  result: unknown,
  params: RecordParams[Method],
): RecordResults[Method] {
  try {
    return recordAnswerParsers[method](result, { ...params });
  } catch (error) {
    if (!isHilumError(error)) throw error;
    const [problem] = error.problems;
    throw new Fault(`the host would not take the answer to ${method}: ${problem?.pointer} ${problem?.message}`);
  }
}

export async function current(plugin: PluginProcess, resource: WireResource & { id: string }): Promise<WireResource> {
  return (await ask(plugin, "records.read", targetOf(resource))).resource;
}

export async function find(
  plugin: PluginProcess,
  like: WireResource,
  query: [string, string][],
): Promise<readonly WireResource[]> {
  return (await ask(plugin, "records.search", searchFor(like, query))).resources;
}

export async function exists(plugin: PluginProcess, resource: WireResource & { id: string }): Promise<boolean> {
  return (await plugin.ask("records.read", targetOf(resource))).kind === "result";
}

export async function refusal<Method extends RecordMethod>(
  plugin: PluginProcess,
  method: Method,
  params: RecordParams[Method],
): Promise<Record<string, unknown> | undefined> {
  return errorOf(method, await plugin.ask(method, params)).data;
}

export function demandCode(
  data: Record<string, unknown> | undefined,
  codes: readonly WireErrorData["code"][],
  what: string,
): void {
  demand(checkErrorData(data).length === 0, `${what}: error.data is not valid: ${told(data)}`);
  demand(codes.includes(String(data?.["code"])), `${what} is told as ${told(data)}, not as ${codes.join(" or ")}`);
}

export const told = (data: unknown): string => JSON.stringify(data)?.slice(0, 300) ?? "nothing";

/**
 * What a store adds of its own stands in `meta`, and a narrative may be made anew. Version and security labels are the record's: by
 * these it is found again, and kept from whom it is not for.
 */
export function demandSame(given: WireResource, wanted: WireResource, what: string): void {
  const bare = ({ meta: _meta, text: _text, ...rest }: WireResource): string => canonicalJson(rest);
  demand(bare(given) === bare(wanted), `${what} gives another record back than the one that was kept`);
  demand(
    given.meta?.versionId === wanted.meta?.versionId,
    `${what} gives the version ${given.meta?.versionId} back, not ${wanted.meta?.versionId}`,
  );
  const labels = (resource: WireResource): string => JSON.stringify(resource.meta?.["security"] ?? []);
  demand(labels(given) === labels(wanted), `${what} changes the record's security labels`);
}
