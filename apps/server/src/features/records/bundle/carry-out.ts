import type { DataAction } from "@hilum/contract";
import type { OperationId } from "@hilum/contract/api";
import { HilumError } from "@hilum/contract";
import type { RecordAct } from "../govern-acts.ts";
import type { Asker, OpenedRecord, RecordsService, Resource, WrittenRecord } from "../records-service.ts";
import type { BundleEntry } from "./parse-bundle.ts";
import { presentPage, presentRead, presentWritten, type Returning } from "./present-entries.ts";

type Acts = Pick<RecordsService, "read" | "search" | "create" | "update" | "patch" | "remove" | "history">;

const operationByMethod: Record<BundleEntry["method"], { action: OperationId; letters: readonly DataAction[] }> = {
  GET: { action: "readRecord", letters: ["r"] },
  POST: { action: "createRecord", letters: ["c"] },
  PUT: { action: "updateRecord", letters: ["u"] },
  PATCH: { action: "patchRecord", letters: ["r", "u"] },
  DELETE: { action: "deleteRecord", letters: ["d"] },
};

/** What the audit log says of an entry. */
export function actOf({ method, type, id, query }: BundleEntry, madeId?: string): RecordAct {
  if (method === "GET" && query !== undefined) return { action: "searchRecords", type, letters: ["s"] };
  const known = id ?? madeId;
  return { ...operationByMethod[method], type, ...(known === undefined ? {} : { id: known }) };
}

/** Carries one entry out by itself and presents its answer. */
export async function carryOutEntry(
  acts: Acts,
  asker: Asker,
  entry: BundleEntry,
  returning: Returning,
): Promise<object> {
  const { method, type, id = "", resource = { resourceType: type }, ifMatch, ifNoneExist } = entry;
  const match = ifMatch === undefined ? {} : { ifMatch };
  switch (method) {
    case "GET":
      return await carryOutGet(acts, asker, entry);
    case "POST":
      return written(
        await acts.create(asker, {
          resource: ofType(resource, type),
          ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
        }),
      );
    case "PUT":
      return written(await acts.update(asker, { resource: ofType(resource, type, id), ...match }));
    case "PATCH":
      return written(await acts.patch(asker, { type, id, steps: patchOf(resource), ...match }));
    case "DELETE":
      return presentWritten(deletion(await acts.remove(asker, { type, id, ...match })), "minimal");
  }

  function written(result: WrittenRecord): object {
    return presentWritten(result, returning);
  }
}

const deletion = (record: OpenedRecord): WrittenRecord => ({ record, outcome: "updated", mayRead: false });

export async function carryOutGet(acts: Acts, asker: Asker, entry: BundleEntry): Promise<object> {
  const { type, id, version, history, query } = entry;
  if (query !== undefined) return presentPage(await acts.search(asker, { type, query }), "searchset", query);
  if (id === undefined) throw new HilumError("record.not_found");
  if (history === true) return presentPage(await acts.history(asker, { type, id }), "history", []);
  return presentRead(await acts.read(asker, { type, id, ...versionOf(version) }));
}

function versionOf(version: string | undefined): { version?: number } {
  if (version === undefined) return {};
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new HilumError("record.not_found");
  return { version: Number(version) };
}

/** The type and the id that the address names: what the resource itself says must be the same, or nothing. */
function ofType(resource: Resource, type: string, id?: string): Resource {
  if (resource.resourceType !== type || (id !== undefined && resource.id !== undefined && resource.id !== id))
    throw new HilumError("record.invalid", {
      problems: [
        {
          pointer: resource.resourceType === type ? "/id" : "/resourceType",
          message: "The resource is another one than the address of the entry says.",
          fix: "Write type and id of request.url.",
        },
      ],
    });
  return id === undefined ? resource : { ...resource, id };
}

/** In a bundle a JSON Patch comes as a Binary (R4 section 3.1.0.9.4). */
export function patchOf({ resourceType, contentType, data }: Resource): unknown {
  const refuse = (message: string): HilumError =>
    new HilumError("record.patch_failed", {
      problems: [
        {
          pointer: "",
          message,
          fix: 'Send a Binary with "contentType": "application/json-patch+json" and the patch as base64.',
        },
      ],
    });
  if (resourceType !== "Binary" || contentType !== "application/json-patch+json" || typeof data !== "string")
    throw refuse("In a bundle a patch comes as a Binary with a JSON Patch.");
  try {
    return JSON.parse(Buffer.from(data, "base64").toString("utf8"));
  } catch {
    throw refuse("The data of the Binary is no JSON.");
  }
}
