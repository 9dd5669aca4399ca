import { HilumError } from "@hilum/contract";
import { parseJsonBody } from "../../../http/json-body.ts";
import type { RecordAct } from "../govern-acts.ts";
import type {
  Asker,
  OpenedRecord,
  RecordPage,
  RecordsService,
  Resource,
  SearchPairs,
  WrittenRecord,
} from "../records-service.ts";
import type { BundleEntry } from "./parse-bundle.ts";
import { presentPage, presentRead, presentWritten, type Returning } from "./present-entries.ts";

type Acts = Pick<
  RecordsService,
  | "read"
  | "search"
  | "create"
  | "update"
  | "updateWhere"
  | "patch"
  | "patchWhere"
  | "remove"
  | "removeWhere"
  | "history"
>;

type Act = Pick<RecordAct, "action" | "letters">;

const operationByMethod: Record<BundleEntry["method"], Act> = {
  GET: { action: "readRecord", letters: ["r"] },
  POST: { action: "createRecord", letters: ["c"] },
  PUT: { action: "updateRecord", letters: ["u"] },
  PATCH: { action: "patchRecord", letters: ["r", "u"] },
  DELETE: { action: "deleteRecord", letters: ["d"] },
};
const operationByCondition: Partial<Record<BundleEntry["method"], Act>> = {
  PUT: { action: "updateRecordWhere", letters: ["u", "s"] },
  PATCH: { action: "patchRecordWhere", letters: ["r", "u", "s"] },
  DELETE: { action: "deleteRecordWhere", letters: ["d", "s"] },
};

/** What the audit log says of an entry. */
export function actOf({ method, type, id, query, where }: BundleEntry, madeId?: string): RecordAct {
  if (method === "GET" && query !== undefined) return { action: "searchRecords", type, letters: ["s"] };
  const known = id ?? madeId;
  const named = known === undefined ? {} : { id: known };
  const operation = where === undefined ? undefined : operationByCondition[method];
  return { ...(operation ?? operationByMethod[method]), type, ...named };
}

/** An entry that was carried out: its answer, and the records that were read for it. A patch reads what it changes. */
export interface CarriedOut {
  answer: object;
  read: readonly OpenedRecord[];
}

/** Carries one entry out by itself and presents its answer. */
export async function carryOutEntry(
  acts: Acts,
  asker: Asker,
  entry: BundleEntry,
  returning: Returning,
): Promise<CarriedOut> {
  const { method, type, id = "", resource = { resourceType: type }, ifMatch, ifNoneExist, where } = entry;
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
      if (where !== undefined)
        return written(await acts.updateWhere(asker, { resource: ofType(resource, type), where, ...match }));
      return written(await acts.update(asker, { resource: ofType(resource, type, id), ...match }));
    case "PATCH":
      if (where !== undefined)
        return written(await acts.patchWhere(asker, { type, where, steps: patchOf(resource), ...match }));
      return written(await acts.patch(asker, { type, id, steps: patchOf(resource), ...match }));
    case "DELETE": {
      const removed =
        where === undefined
          ? await acts.remove(asker, { type, id, ...match })
          : await acts.removeWhere(asker, { type, where, ...match });
      return {
        answer: removed === undefined ? nothingDeleted : presentWritten(deletion(removed), "minimal"),
        read: [],
      };
    }
  }

  function written(result: WrittenRecord): CarriedOut {
    return { answer: presentWritten(result, returning), read: [result.record] };
  }
}

/** The answer of a deletion whose condition finds no record. */
export const nothingDeleted = { response: { status: "204 No Content" } };

const deletion = (record: OpenedRecord): WrittenRecord => ({ record, outcome: "updated", mayRead: false });

export async function carryOutGet(acts: Acts, asker: Asker, entry: BundleEntry): Promise<CarriedOut> {
  const { type, id, version, history, query } = entry;
  if (query !== undefined) return pageOf(await acts.search(asker, { type, query }), "searchset", query);
  if (id === undefined) throw new HilumError("record.not_found");
  if (history === true) return pageOf(await acts.history(asker, { type, id }), "history", []);
  const record = await acts.read(asker, { type, id, ...versionOf(version) });
  return { answer: presentRead(record), read: [record] };
}

const pageOf = (page: RecordPage, kind: "searchset" | "history", query: SearchPairs): CarriedOut => ({
  answer: presentPage(page, kind, query),
  read: [...page.records, ...page.included],
});

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
    return parseJsonBody(Buffer.from(data, "base64"), { repeats: "refused" });
  } catch {
    throw refuse("The data of the Binary is no JSON that is taken.");
  }
}
