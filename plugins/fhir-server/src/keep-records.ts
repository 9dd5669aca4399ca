import {
  isProviderError,
  ProviderError,
  type CallContext,
  type CreateDetails,
  type FoundRecords,
  type KeptRecord,
  type RecordDelete,
  type RecordRead,
  type RecordResource,
  type RecordSearch,
  type UpdateDetails,
} from "@hilum/sdk";
import { askServer, type ServerContext } from "./ask-server.ts";
import { isRecord } from "./explain-refusal.ts";
import { findOnServer, type NextPages } from "./find-records.ts";
import type { ServerSettings } from "./settings.ts";
import { versionOf, withoutVersionTag, withVersionTag } from "./version-tag.ts";

type Context = CallContext<ServerSettings>;
type ResourceType = RecordResource["resourceType"];

/** Keeps a record under its own id (FHIR R4 section 3.1.0.4.1, update as create), and takes the same version twice without harm. */
export async function createRecord(
  resource: RecordResource,
  ctx: Context,
  { content, ifNoneExist }: CreateDetails,
): Promise<RecordResource> {
  if (ifNoneExist !== undefined) {
    const { resources } = await findOnServer(ctx, { type: resource.resourceType, query: ifNoneExist, count: 2 });
    const [only, other] = resources;
    if (other !== undefined) throw new ProviderError("record.conflict");
    if (only !== undefined) return only;
  }
  const id = idOf(resource);
  const kept = await readIfThere(ctx, resource.resourceType, id);
  if (kept === undefined) return await put(ctx, resource, content);
  if (versionOf(kept) !== undefined && versionOf(kept) === resource.meta?.versionId) return resource;
  throw new ProviderError("record.conflict");
}

/** Replaces a record that the server has, unless it has a later version of it by now. */
export async function updateRecord(
  resource: RecordResource,
  ctx: Context,
  { content, ifMatch }: UpdateDetails,
): Promise<RecordResource> {
  const kept = await readIfThere(ctx, resource.resourceType, idOf(resource));
  if (kept === undefined) throw new ProviderError("record.not_found");
  const [has, wanted] = [versionOf(kept), resource.meta?.versionId];
  // It came before, and its answer was lost.
  if (has !== undefined && has === wanted) return resource;
  if (ifMatch !== undefined && has !== ifMatch) throw new ProviderError("record.conflict");
  if (Number(has) > Number(wanted)) throw new ProviderError("record.conflict");
  return await put(ctx, resource, content);
}

export async function readRecord(
  { type, id, version }: RecordRead,
  ctx: Context,
): Promise<RecordResource | KeptRecord> {
  const current = asResource(await askServer(ctx, { path: pathOf(type, id) }), type);
  const found =
    version === undefined || withoutVersionTag(current).meta?.versionId === version
      ? current
      : await readVersion(ctx, type, id, version);
  return present(withoutVersionTag(found));
}

export async function deleteRecord({ type, id }: RecordDelete, ctx: Context): Promise<void> {
  await askServer(ctx, { method: "DELETE", path: pathOf(type, id) }).catch((error: unknown) => {
    if (isProviderError(error) && error.code === "record.gone") return;
    throw error;
  });
}

/**
 * As the server finds them. Binaries that were asked for by id and not found are read: FHIR R4 gives Binary no search parameter of its
 * own, and not every server searches them by id.
 */
export async function findRecords(ctx: ServerContext, search: RecordSearch, pages: NextPages): Promise<FoundRecords> {
  const found = await findOnServer(ctx, search, pages);
  if (search.type !== "Binary" || search.cursor !== undefined) return found;
  const asked = search.query.flatMap(([name, value]) => (name === "_id" ? value.split(",") : []));
  const missing = asked.filter((id) => !found.resources.some((resource) => resource.id === id));
  const read = await Promise.all(missing.map((id) => readIfThere(ctx, "Binary", id)));
  const more = read.filter((resource) => resource !== undefined).map((resource) => withoutVersionTag(resource));
  return more.length === 0 ? found : { ...found, resources: [...found.resources, ...more] };
}

async function put(ctx: Context, resource: RecordResource, content: CreateDetails["content"]): Promise<RecordResource> {
  const whole = content === undefined ? resource : await withData(resource, content);
  await askServer(ctx, {
    method: "PUT",
    path: pathOf(whole.resourceType, idOf(whole)),
    body: { json: withVersionTag(whole) },
  });
  return resource;
}

/** A file goes inside of its Binary, so that labels and version stay with it. */
const contentBytesMax = 580_000;

async function withData(
  resource: RecordResource,
  content: NonNullable<CreateDetails["content"]>,
): Promise<RecordResource> {
  if (resource.resourceType !== "Binary") return resource;
  if (content.size > contentBytesMax)
    throw new ProviderError("record.too_large", {
      fix: "Hilum hands a FHIR server files of up to 570 KiB. Keep larger ones in an archive as well.",
    });
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.read()) chunks.push(chunk);
  const data = Buffer.concat(chunks).toString("base64");
  // FHIR has no empty values: a file without a byte is one without data.
  return { ...resource, contentType: content.contentType, ...(data === "" ? {} : { data }) };
}

/** A file comes back as bytes, not inside of its Binary: a frame would not hold every one. */
function present(resource: RecordResource): RecordResource | KeptRecord {
  if (resource.resourceType !== "Binary") return resource;
  const { data = "", ...rest } = resource;
  return { resource: rest, content: { contentType: resource.contentType, bytes: Buffer.from(data, "base64") } };
}

/** Whoever looks is told of a deleted record as of one that never was: both may be written. */
async function readIfThere(ctx: ServerContext, type: ResourceType, id: string): Promise<RecordResource | undefined> {
  try {
    return asResource(await askServer(ctx, { path: pathOf(type, id), query: { _elements: "meta" } }), type);
  } catch (error) {
    if (isProviderError(error) && (error.code === "record.not_found" || error.code === "record.gone")) return undefined;
    throw error;
  }
}

/** The server counts for itself: which of its versions is meant is told by the tag. */
async function readVersion(
  ctx: ServerContext,
  type: ResourceType,
  id: string,
  version: string,
): Promise<RecordResource> {
  const history = await askServer(ctx, { path: `${pathOf(type, id)}/_history`, query: { _count: "100" } });
  const entries = Array.isArray(history?.["entry"]) ? (history["entry"] as unknown[]) : [];
  const found = entries
    .map((entry) => (isRecord(entry) ? entry["resource"] : undefined))
    .filter((resource): resource is RecordResource => isRecord(resource) && resource["resourceType"] === type)
    .find((resource) => versionOf(resource) === version);
  if (found === undefined) throw new ProviderError("record.not_found");
  return found;
}

export function asResource(body: unknown, type: ResourceType): RecordResource {
  if (isRecord(body) && body["resourceType"] === type) return body as unknown as RecordResource;
  throw new ProviderError("provider.bad_answer", {
    detail: "The server answered with another resource than the one that was asked for.",
    field: "/basePath",
  });
}

function idOf({ id }: RecordResource): string {
  if (id === undefined) throw new ProviderError("record.invalid");
  return id;
}

export const pathOf = (type: string, id: string): string => `/${type}/${encodeURIComponent(id)}`;
