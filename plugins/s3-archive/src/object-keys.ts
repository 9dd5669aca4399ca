/**
 * Where things are in the bucket. Ids and versions alone, for names of objects stand in logs of the service:
 *
 * ```
 * DocumentReference/01KABE/0000000002.json       version 2 of the record; it is there when this is
 * Binary/01KABF/0000000001.json
 * Binary/01KABF/0000000001.content               the bytes of the file
 * Binary/01KABG/0000000003.deleted               what it was is gone, and that it was is known
 * _index/Patient/3c4f.../01KABE                  a keyed hash of a search word
 * ```
 */
export interface ObjectKeys {
  /** Of everything of a type: to be listed. */
  type(type: string): string;
  /** Of everything of a record. */
  record(type: string, id: string): string;
  version(type: string, id: string, version: number, kind: ObjectKind): string;
  /** Of every record with a search word. */
  word(type: string, hash: string): string;
  readonly indexKey: string;
  check(name: string): string;
}

export const objectKinds = ["json", "content", "deleted"] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** Versions sort as text. */
const digits = 10;

export function createObjectKeys(prefix: string): ObjectKeys {
  return {
    type: (type) => `${prefix}${type}/`,
    record: (type, id) => `${prefix}${type}/${id}/`,
    version: (type, id, version, kind) => `${prefix}${type}/${id}/${String(version).padStart(digits, "0")}.${kind}`,
    word: (type, hash) => `${prefix}_index/${type}/${hash}/`,
    indexKey: `${prefix}_index/key`,
    check: (name) => `${prefix}_check/${name}`,
  };
}

/** Version and kind of an object of a record; undefined for what is none. */
export function parseObjectName(key: string): { version: number; kind: ObjectKind } | undefined {
  const [, version, kind] = /\/(\d{10})\.(json|content|deleted)$/.exec(key) ?? [];
  return version === undefined ? undefined : { version: Number(version), kind: kind as ObjectKind };
}

/** The last segment of a listed folder or object. */
export const lastSegment = (key: string): string => key.replace(/\/$/, "").split("/").at(-1) ?? "";
