import type { Resource } from "../records-service.ts";

/** Elements whose text is an address: what R4 section 3.1.0.11.2 replaces. Identifiers are text, whatever they look like. */
const addresses: ReadonlySet<string> = new Set(["reference", "url", "valueUri", "valueUrl", "valueOid", "uri"]);

/**
 * The resource with each address replaced that `replace` knows another for; in narrative, those of links and pictures. The resource
 * that was given is not changed.
 */
export function resolveReferences(resource: Resource, replace: (address: string) => string | undefined): Resource {
  return rewrite(resource, "", replace) as Resource;
}

function rewrite(value: unknown, key: string, replace: (address: string) => string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, key, replace));
  if (typeof value === "string") {
    if (addresses.has(key)) return replace(value) ?? value;
    return key === "div" ? rewriteNarrative(value, replace) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rewrite(member, name, replace)]));
}

function rewriteNarrative(div: string, replace: (address: string) => string | undefined): string {
  return div.replaceAll(/\b(href|src)="(urn:(?:uuid|oid):[^"<>&]{1,200})"/g, (whole, name: string, address: string) => {
    const known = replace(address);
    return known === undefined ? whole : `${name}="${known}"`;
  });
}

/** Conditional references inside a resource: `Practitioner?identifier=...`, each once. */
export function conditionalsOf(resource: Resource): string[] {
  const found = new Set<string>();
  rewrite(resource, "", (address) => {
    if (/^[A-Z][A-Za-z]{1,63}\?.+$/.test(address)) found.add(address);
    return undefined;
  });
  return [...found];
}
