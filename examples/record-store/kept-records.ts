import { createHash } from "node:crypto";
import {
  ProviderError,
  type GivenContent,
  type HeldContent,
  type KeptRecord,
  type PluginState,
  type RecordResource,
  type RecordStore,
} from "@hilum/sdk";
import { change, getText, putText } from "./state-texts.ts";

/** What is known of a record without opening it. Versions are those that Hilum gave, oldest first. */
interface Head {
  versions: string[];
  deleted: boolean;
}

/** The `store_records` of this plugin. */
export const keptRecords: RecordStore = {
  async create(resource, { state }, { content, ifNoneExist }) {
    const { resourceType: type } = resource;
    for (const id of ifNoneExist === undefined ? [] : await find(state, type, ifNoneExist))
      return await open(state, type, id);
    const head = await headOf(state, resource);
    // The same version again, because its answer was lost: it is kept already.
    if (head?.versions.includes(versionOf(resource)) === true) return await open(state, type, idOf(resource));
    if (head !== undefined) throw new ProviderError("record.conflict");
    return await keep(state, resource, content);
  },

  async read({ type, id, version }, { state }) {
    return await open(state, type, id, version);
  },

  async update(resource, { state }, { content, ifMatch }) {
    const head = await headOf(state, resource);
    if (head === undefined) throw new ProviderError("record.not_found");
    const known = head.versions.includes(versionOf(resource));
    if (!known && ifMatch !== undefined && ifMatch !== head.versions.at(-1)) throw new ProviderError("record.conflict");
    return known ? await open(state, resource.resourceType, idOf(resource)) : await keep(state, resource, content);
  },

  async delete({ type, id }, { state }) {
    const key = headKey(type, id);
    if ((await state.get(key)) === undefined) throw new ProviderError("record.not_found");
    await change<Head>(state, key, { versions: [], deleted: true }, (head) => ({ ...head, deleted: true }));
  },

  async search({ type, query, count, cursor }, { state }) {
    const ids = await find(state, type, query);
    const from = placeOf(cursor);
    const resources: RecordResource[] = [];
    let size = 0;
    for (const id of ids.slice(from, from + count)) {
      const { resource } = await open(state, type, id);
      size += JSON.stringify(resource).length;
      // A page is one frame: what does not fit comes with the next.
      if (size > pageChars && resources.length > 0) break;
      resources.push(resource);
    }
    const next = from + resources.length;
    return { resources, total: ids.length, ...(next < ids.length ? { next: String(next) } : {}) };
  },
};

const pageChars = 800_000;

function placeOf(cursor: string | undefined): number {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
    throw new ProviderError("search.invalid", { detail: "The cursor is not from a search." });
  return Number(cursor ?? 0);
}

const headKey = (type: string, id: string): string => `head/${type}/${id}`;
const versionKey = (type: string, id: string, version: string): string => `version/${type}/${id}/${version}`;
/** Identifiers stand in no key: keys are no secret. */
const identifierKey = (type: string, token: string): string =>
  `identifier/${type}/${createHash("sha256").update(token).digest("hex")}`;

const idOf = ({ id }: RecordResource): string => id ?? "";
const versionOf = ({ meta }: RecordResource): string => meta?.versionId ?? "1";

async function headOf(state: PluginState, resource: RecordResource): Promise<Head | undefined> {
  const entry = await state.get(headKey(resource.resourceType, idOf(resource)));
  return entry === undefined ? undefined : (JSON.parse(entry.value) as Head);
}

/** The bytes first, then the version, then the head that names it: what was cut off in between is as if it had not begun. */
async function keep(
  state: PluginState,
  resource: RecordResource,
  content: HeldContent | undefined,
): Promise<RecordResource> {
  const { resourceType: type } = resource;
  const [id, version] = [idOf(resource), versionOf(resource)];
  const key = versionKey(type, id, version);
  if (content !== undefined) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.read()) chunks.push(chunk);
    await putText(state, `${key}/bytes`, Buffer.concat(chunks).toString("base64"));
    await state.put(`${key}/type`, content.contentType);
  }
  await putText(state, key, JSON.stringify(resource));
  for (const token of tokensOf(resource))
    await change<string[]>(state, identifierKey(type, token), [], (ids) => [...new Set([...ids, id])]);
  await change<Head>(state, headKey(type, id), { versions: [], deleted: false }, ({ versions }) => ({
    versions: [...versions, version],
    deleted: false,
  }));
  return resource;
}

async function open(state: PluginState, type: string, id: string, wanted?: string): Promise<KeptRecord> {
  const entry = await state.get(headKey(type, id));
  if (entry === undefined) throw new ProviderError("record.not_found");
  const { versions, deleted } = JSON.parse(entry.value) as Head;
  if (deleted && wanted === undefined) throw new ProviderError("record.gone");
  const key = versionKey(type, id, wanted ?? versions.at(-1) ?? "");
  const text = await getText(state, key);
  if (text === undefined) throw new ProviderError("record.not_found");
  return { resource: JSON.parse(text) as RecordResource, ...(await contentOf(state, key)) };
}

async function contentOf(state: PluginState, key: string): Promise<{ content?: GivenContent }> {
  const [base64, contentType] = await Promise.all([getText(state, `${key}/bytes`), state.get(`${key}/type`)]);
  if (base64 === undefined || contentType === undefined) return {};
  return { content: { contentType: contentType.value, bytes: Buffer.from(base64, "base64") } };
}

/** Ids of the records that match, by the two parameters that every store serves. */
async function find(
  state: PluginState,
  type: string,
  query: readonly (readonly [name: string, value: string])[],
): Promise<string[]> {
  const unknown = query.find(([name]) => name !== "_id" && name !== "identifier");
  if (unknown !== undefined || query.length === 0)
    throw new ProviderError("search.invalid", {
      detail: "Records are found by _id and identifier.",
      reply: unknown === undefined ? "Name a parameter." : `${unknown[0]} is not served.`,
    });
  const found = await Promise.all(query.map(([name, value]) => idsOf(state, type, name, value)));
  const [first = [], ...others] = found;
  const ids = first.filter((id) => others.every((other) => other.includes(id)));
  const kept = await Promise.all(ids.map(async (id) => ({ id, entry: await state.get(headKey(type, id)) })));
  return kept.flatMap(({ id, entry }) =>
    entry === undefined || (JSON.parse(entry.value) as Head).deleted ? [] : [id],
  );
}

/** A comma in a value stands for OR. */
async function idsOf(state: PluginState, type: string, name: string, value: string): Promise<string[]> {
  const values = value.split(",");
  if (name === "_id") return [...new Set(values)];
  const lists = await Promise.all(values.map((token) => state.get(identifierKey(type, token))));
  return [...new Set(lists.flatMap((entry) => (entry === undefined ? [] : (JSON.parse(entry.value) as string[]))))];
}

/** How an identifier may be asked for: with its system, and by its value alone. */
function tokensOf(resource: RecordResource): string[] {
  if (!("identifier" in resource) || !Array.isArray(resource.identifier)) return [];
  return resource.identifier.flatMap(({ system = "", value }) =>
    value === undefined ? [] : [`${system}|${value}`, value],
  );
}
