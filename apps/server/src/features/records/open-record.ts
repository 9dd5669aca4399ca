import type { RecordRow } from "@hilum/store";
import type { OpenedRecord, Resource } from "./records-service.ts";

/** A row of the store as a record. */
export function openRow({ type, id, version, at, by, resource, patients }: RecordRow): OpenedRecord {
  return {
    ...{ type, id, version, at, by, patients },
    ...(resource === undefined ? {} : { resource: JSON.parse(resource) as Resource }),
  };
}

export const nameOf = ({ type, id }: { type: string; id: string }): string => `${type}/${id}`;
