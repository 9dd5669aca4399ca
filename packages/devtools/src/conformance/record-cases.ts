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
import { begin, demand, errorOf, Fault, resultOf, type Case, type Knowledge } from "./case.ts";
import type { PluginProcess } from "./plugin-process.ts";
import { identifierSystem, keepsFiles, nextVersion, sampleRecord, sampleType } from "./record-samples.ts";

const skip = (knowledge: Knowledge): string | undefined =>
  knowledge.record === undefined && sampleType(knowledge) === undefined
    ? "no record of its types is known here; name one in conformance.json"
    : undefined;

const searchCount = 20;

/** Of stores of records. */
export const recordCases: readonly Case[] = [
  {
    id: "record-kept",
    group: "store_records",
    rule: "A record is kept under the id and version that it carries, and given back as it was.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      demandSame((await ask(plugin, "records.create", { resource })).resource, resource, "records.create");
      demandSame(await current(plugin, resource), resource, "records.read");
    },
  },
  {
    id: "record-repeated",
    group: "store_records",
    rule: "The same version of a record may come again, and does no harm.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource });
      demandSame((await ask(plugin, "records.create", { resource })).resource, resource, "records.create, again");
      const second = nextVersion(resource, "2");
      await ask(plugin, "records.update", { resource: second, ifMatch: "1" });
      demandSame(
        (await ask(plugin, "records.update", { resource: second, ifMatch: "1" })).resource,
        second,
        "records.update, again",
      );
      const found = await find(plugin, resource, [["_id", resource.id]]);
      demand(found.length === 1, `one record that came twice is found ${found.length} times`);
    },
  },
  {
    id: "record-unknown",
    group: "store_records",
    rule: "A record that is not there is record.not_found, whatever is asked of it.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      const target = targetOf(resource);
      for (const [method, params] of [
        ["records.read", target],
        ["records.delete", target],
        ["records.update", { resource }],
      ] as const)
        demandCode(await refusal(plugin, method, params), ["record.not_found"], method);
      demand(!(await exists(plugin, resource)), "records.update has made a record that was not there");
    },
  },
  {
    id: "record-changed",
    group: "store_records",
    rule: "records.update replaces a record; an earlier version is given back as it was, or is record.not_found.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const first = sampleRecord(knowledge);
      const second = nextVersion(first, "2");
      await ask(plugin, "records.create", { resource: first });
      demandSame(
        (await ask(plugin, "records.update", { resource: second, ifMatch: "1" })).resource,
        second,
        "records.update",
      );
      demandSame(await current(plugin, first), second, "records.read");
      const earlier = await plugin.ask("records.read", { ...targetOf(first), version: "1" });
      if (earlier.kind === "error")
        demandCode(earlier.error.data, ["record.not_found", "record.gone"], "records.read of an earlier version");
      else {
        const { resource } = parsed("records.read", earlier.result, { ...targetOf(first), version: "1" });
        demandSame(resource, first, "records.read of an earlier version");
      }
    },
  },
  {
    id: "record-conflict",
    group: "store_records",
    rule: "What was changed since it was read is record.conflict, and so is a new record under an id that is taken; nothing is changed then.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const first = sampleRecord(knowledge);
      const second = nextVersion(first, "2");
      await ask(plugin, "records.create", { resource: first });
      await ask(plugin, "records.update", { resource: second, ifMatch: "1" });
      const late = { resource: { ...nextVersion(first, "3"), language: "fr" }, ifMatch: "1" };
      demandCode(
        await refusal(plugin, "records.update", late),
        ["record.conflict"],
        "records.update of an old version",
      );
      const taken = { resource: { ...nextVersion(first, "9"), language: "de" } };
      demandCode(await refusal(plugin, "records.create", taken), ["record.conflict"], "records.create of a taken id");
      demandSame(await current(plugin, first), second, "records.read after a conflict");
    },
  },
  {
    id: "record-deleted",
    group: "store_records",
    rule: "A deleted record is record.gone or record.not_found, is found by no search, and may be deleted again.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource });
      await ask(plugin, "records.delete", targetOf(resource));
      demandCode(
        await refusal(plugin, "records.read", targetOf(resource)),
        ["record.gone", "record.not_found"],
        "records.read of a deleted record",
      );
      demand((await find(plugin, resource, identifierOf(resource))).length === 0, "a deleted record is found");
      const again = await plugin.ask("records.delete", targetOf(resource));
      if (again.kind === "error") demandCode(again.error.data, ["record.gone"], "records.delete, again");
    },
  },
  {
    id: "record-search",
    group: "store_records",
    rule: "Every store is searched by _id and by identifier; a parameter that it does not serve is search.invalid.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const [one, other] = [sampleRecord(knowledge), sampleRecord(knowledge)];
      for (const resource of [one, other]) await ask(plugin, "records.create", { resource });
      const [[, token]] = identifierOf(one);
      for (const query of [
        [["_id", one.id]],
        [["identifier", token]],
        [["identifier", token.slice(token.indexOf("|") + 1)]],
        [
          ["identifier", token],
          ["_id", `${one.id},${other.id}`],
        ],
      ] as [string, string][][]) {
        const found = await find(plugin, one, query);
        demand(
          found.length === 1 && found[0]?.id === one.id,
          `a search by ${query.map(([name]) => name).join(" and ")} finds ${found.length} records, not the one`,
        );
      }
      const none = await find(plugin, one, [["identifier", `${identifierSystem}|nobody`]]);
      demand(none.length === 0, "an identifier that no record has is found");
      const strange = searchFor(one, [["x-no-such-parameter", "1"]]);
      const data = await refusal(plugin, "records.search", strange);
      demandCode(data, ["search.invalid"], "a search by a parameter that there is not");
    },
  },
  {
    id: "record-pages",
    group: "store_records",
    rule: "A page has at most `count` records, and `next` leads through all of them, each once.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const records = Array.from({ length: 5 }, () => sampleRecord(knowledge));
      for (const resource of records) await ask(plugin, "records.create", { resource });
      const [first] = records;
      if (first === undefined) return;
      const seen: string[] = [];
      const asked = { ...searchFor(first, [["_id", records.map(({ id }) => id).join(",")]]), count: 2 };
      let cursor: string | undefined;
      for (let page = 0; page <= records.length; page += 1) {
        const params = { ...asked, ...(cursor === undefined ? {} : { cursor }) };
        const { resources, next } = await ask(plugin, "records.search", params);
        seen.push(...resources.map(({ id = "" }) => id));
        if (next === undefined) break;
        cursor = next;
      }
      const wanted = records.map(({ id }) => id).toSorted();
      demand(
        JSON.stringify(seen.toSorted()) === JSON.stringify(wanted),
        `${records.length} records are paged through as ${seen.length}, ${new Set(seen).size} of them different`,
      );
    },
  },
  {
    id: "record-if-none-exist",
    group: "store_records",
    rule: "With ifNoneExist a record that matches is answered, and none is created.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const there = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource: there });
      const resource = sampleRecord(knowledge, { identifier: there["identifier"] });
      const answered = await ask(plugin, "records.create", { resource, ifNoneExist: identifierOf(there) });
      demandSame(answered.resource, there, "records.create with ifNoneExist");
      demand(!(await exists(plugin, resource)), "a second record was created");
      const fresh = sampleRecord(knowledge);
      demandSame(
        (await ask(plugin, "records.create", { resource: fresh, ifNoneExist: identifierOf(fresh) })).resource,
        fresh,
        "records.create with ifNoneExist that nothing matches",
      );
    },
  },
  {
    id: "record-content",
    group: "store_records",
    rule: "The bytes of a Binary are read with blobs.read, and written with blobs.write in the call that asks for them.",
    skip: (knowledge) => (keepsFiles(knowledge) ? undefined : "it keeps no Binary"),
    async run(plugin) {
      await begin(plugin);
      for (const size of [0, 1, 1_300_000]) {
        const bytes = new Uint8Array(size).map((_, index) => (index * 7) % 251);
        const resource = sampleRecord({ record: { resourceType: "Binary", contentType: "application/pdf" } });
        const { identifier: _none, ...binary } = resource;
        const content = { id: `content-${size}`, size, contentType: "application/pdf" };
        plugin.blobs.set(content.id, bytes);
        await ask(plugin, "records.create", { resource: binary, content });
        plugin.blobs.delete(content.id);
        const given = await ask(plugin, "records.read", targetOf(resource));
        demand(given.content !== undefined, `the ${size} bytes of a Binary are not given back`);
        const back = plugin.written.get(given.content.id);
        demand(
          back !== undefined && Buffer.from(back).equals(bytes),
          `the ${size} bytes of a Binary come back changed`,
        );
        demand(
          given.content.contentType === content.contentType,
          `the bytes come back as ${given.content.contentType}`,
        );
      }
    },
  },
  {
    id: "record-large",
    group: "store_records",
    rule: "A record is as large as a frame allows; a page that would be larger ends earlier.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      const padding = "x".repeat(400_000);
      const extension = [{ url: `${identifierSystem}/padding`, valueString: padding }];
      const records = [0, 1, 2].map(() => sampleRecord(knowledge, { extension }));
      for (const resource of records) {
        const answer = await plugin.ask("records.create", { resource });
        // A store may take less, and says so.
        if (answer.kind === "error") return demandCode(answer.error.data, ["record.too_large"], "records.create");
        demandSame(parsed("records.create", answer.result, { resource }).resource, resource, "records.create");
      }
      const [first] = records;
      if (first === undefined) return;
      const seen: string[] = [];
      const asked = searchFor(first, [["_id", records.map(({ id }) => id).join(",")]]);
      let cursor: string | undefined;
      for (let page = 0; page < 5; page += 1) {
        const found = await ask(plugin, "records.search", { ...asked, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...found.resources.map(({ id = "" }) => id));
        if (found.next === undefined) break;
        cursor = found.next;
      }
      demand(new Set(seen).size === 3, `of three large records ${new Set(seen).size} are found`);
    },
  },
  {
    id: "record-strange",
    group: "store_records",
    rule: "What a store does not take is told by a code of the catalogue, and the store goes on.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      for (const cursor of ["no-cursor-of-yours", "-1", "999999999999"]) {
        const asked = { ...searchFor(sampleRecord(knowledge), [["_id", "nobody"]]), cursor };
        const answer = await plugin.ask("records.search", asked);
        if (answer.kind === "error") demandCode(answer.error.data, ["search.invalid"], "a cursor that it did not give");
        else demand(parsed("records.search", answer.result, asked).resources.length === 0, "nobody is found");
      }
      const resource = { ...sampleRecord(knowledge), language: 7, extension: "none" };
      const answer = await plugin.ask("records.create", { resource });
      if (answer.kind === "error")
        demand(checkErrorData(answer.error.data).length === 0, `error.data is not valid: ${told(answer.error.data)}`);
      resultOf("health.check", await plugin.ask("health.check"));
    },
  },
];

type Target = { type: WireResource["resourceType"]; id: string };
const targetOf = ({ resourceType, id }: WireResource & { id: string }): Target => ({ type: resourceType, id });

function identifierOf(resource: WireResource): [[name: string, token: string]] {
  const [identifier] = resource["identifier"] as { system: string; value: string }[];
  return [["identifier", `${identifier?.system}|${identifier?.value}`]];
}

const searchFor = ({ resourceType }: WireResource, query: [string, string][]) => ({
  ...{ type: resourceType, query, count: searchCount },
});

async function ask<Method extends RecordMethod>(
  plugin: PluginProcess,
  method: Method,
  params: RecordParams[Method],
): Promise<RecordResults[Method]> {
  const result = resultOf(method, await plugin.ask(method, params));
  return parsed(method, result, params);
}

/** As the host judges it: the record that was asked for, no larger than it may be. */
function parsed<Method extends RecordMethod>(
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

async function current(plugin: PluginProcess, resource: WireResource & { id: string }): Promise<WireResource> {
  return (await ask(plugin, "records.read", targetOf(resource))).resource;
}

async function find(
  plugin: PluginProcess,
  like: WireResource,
  query: [string, string][],
): Promise<readonly WireResource[]> {
  return (await ask(plugin, "records.search", searchFor(like, query))).resources;
}

async function exists(plugin: PluginProcess, resource: WireResource & { id: string }): Promise<boolean> {
  return (await plugin.ask("records.read", targetOf(resource))).kind === "result";
}

async function refusal<Method extends RecordMethod>(
  plugin: PluginProcess,
  method: Method,
  params: RecordParams[Method],
): Promise<Record<string, unknown> | undefined> {
  return errorOf(method, await plugin.ask(method, params)).data;
}

function demandCode(
  data: Record<string, unknown> | undefined,
  codes: readonly WireErrorData["code"][],
  what: string,
): void {
  demand(checkErrorData(data).length === 0, `${what}: error.data is not valid: ${told(data)}`);
  demand(codes.includes(String(data?.["code"])), `${what} is told as ${told(data)}, not as ${codes.join(" or ")}`);
}

const told = (data: unknown): string => JSON.stringify(data)?.slice(0, 300) ?? "nothing";

/**
 * What a store adds of its own stands in `meta`, and a narrative may be made anew. Version and security labels are the record's: by
 * these it is found again, and kept from whom it is not for.
 */
function demandSame(given: WireResource, wanted: WireResource, what: string): void {
  const bare = ({ meta: _meta, text: _text, ...rest }: WireResource): string => canonicalJson(rest);
  demand(bare(given) === bare(wanted), `${what} gives another record back than the one that was kept`);
  demand(
    given.meta?.versionId === wanted.meta?.versionId,
    `${what} gives the version ${given.meta?.versionId} back, not ${wanted.meta?.versionId}`,
  );
  const labels = (resource: WireResource): string => JSON.stringify(resource.meta?.["security"] ?? []);
  demand(labels(given) === labels(wanted), `${what} changes the record's security labels`);
}
