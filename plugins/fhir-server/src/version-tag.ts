import type { RecordResource } from "@hilum/sdk";

/** A server counts versions for itself: which version of Hilum's it keeps stands in a tag (FHIR R4 section 2.36.0.2). */
export const versionSystem = "https://hilum.dev/fhir/CodeSystem/record-version";

type Tagged = Pick<RecordResource, "meta">;

/** The resource as the server gets it: its version as a tag, and without what the server sets by itself. */
export function withVersionTag(resource: RecordResource): RecordResource {
  const { versionId, lastUpdated: _at, tag = [], ...meta } = resource.meta ?? {};
  const others = tag.filter(({ system }) => system !== versionSystem);
  const own = versionId === undefined ? [] : [{ system: versionSystem, code: versionId }];
  const tags = [...others, ...own];
  return { ...resource, meta: { ...meta, ...(tags.length === 0 ? {} : { tag: tags }) } };
}

/** The version of Hilum's that the server keeps, or undefined for a record that somebody else put there. */
export const versionOf = ({ meta }: Tagged): string | undefined =>
  meta?.tag?.find(({ system }) => system === versionSystem)?.code;

/** The resource as Hilum gave it: under its own version. */
export function withoutVersionTag(resource: RecordResource): RecordResource {
  const version = versionOf(resource);
  if (version === undefined) return resource;
  const { tag = [], ...meta } = resource.meta ?? {};
  const others = tag.filter(({ system }) => system !== versionSystem);
  return { ...resource, meta: { ...meta, versionId: version, ...(others.length === 0 ? {} : { tag: others }) } };
}
