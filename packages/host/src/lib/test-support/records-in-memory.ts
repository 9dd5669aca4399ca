import { randomBytes } from "node:crypto";
import { recordRef } from "@hilum/audit";
import { HilumError, type ContentInfo, type WireResource } from "@hilum/contract";
import { parseSearch } from "@hilum/contract/search";
import type { RowRules } from "@hilum/policy";
import type { RecordAsker, RecordsPort } from "../records/records-port.ts";

const refKey = randomBytes(32);
/** As the server hashes them, with a key of this process. */
export const refOf = (type: string, id: string): string => recordRef(refKey, type, id);

/** The platform's records, one version of each. */
export interface RecordsInMemory {
  port: RecordsPort;
  kept: Map<string, { resource: WireResource; content?: ContentInfo }>;
  /** Who asked, and with which rows. */
  askers: RecordAsker[];
}

export function createRecordsInMemory(blobs: Map<string, Buffer>): RecordsInMemory {
  const kept: RecordsInMemory["kept"] = new Map();
  const askers: RecordAsker[] = [];
  let made = 0;

  const find = ({ rows }: RecordAsker, type: string, id: string | undefined) => {
    const found = kept.get(`${type}/${id}`);
    if (found === undefined || !meets(rows, found.resource)) throw new HilumError("record.not_found");
    return found;
  };
  const keep = (resource: WireResource, content: ContentInfo | undefined) => {
    const record = { resource, ...(content === undefined ? {} : { content }) };
    kept.set(`${resource.resourceType}/${resource.id}`, record);
    return record;
  };

  const port: RecordsPort = {
    async create(asker, { resource, content }) {
      askers.push(asker);
      return keep({ ...resource, id: `r${++made}` }, content);
    },
    async read(asker, { type, id }) {
      askers.push(asker);
      return find(asker, type, id);
    },
    async update(asker, { resource, content }) {
      askers.push(asker);
      find(asker, resource.resourceType, resource.id);
      return keep(resource, content);
    },
    async delete(asker, { type, id }) {
      askers.push(asker);
      find(asker, type, id);
      kept.delete(`${type}/${id}`);
    },
    async search(asker, { type, query }) {
      askers.push(asker);
      const search = parseSearch(type, query);
      const found = [...kept.values()].map(({ resource }) => resource);
      return { resources: found.filter((one) => search.matches(one) && meets(asker.rows, one)) };
    },
    refOf,
    async openBlob() {
      const id = `written-${++made}`;
      const parts: Uint8Array[] = [];
      return {
        id,
        write: async (bytes) => void parts.push(bytes),
        finish: async () => void blobs.set(id, Buffer.concat(parts)),
        discard: async () => void blobs.delete(id),
      };
    },
  };
  return { port, kept, askers };
}

function meets(rows: RowRules, resource: WireResource): boolean {
  const matches = (criteria: RowRules[number]["all"]): boolean =>
    criteria.length === 0 || parseSearch(resource.resourceType, criteria).matches(resource);
  return rows.some(({ all, none }) => matches(all) && !none.some(matches));
}
