import { HilumError, isHilumError } from "@hilum/contract";
import type { Blobs } from "@hilum/store";
import { requireCarried } from "./carried-types.ts";
import { commitDrafts, type DraftParts } from "./drafts.ts";
import type { Planned, WritePlans } from "./plan-writes.ts";
import type { Asker, RecordsService, WrittenRecord } from "./records-service.ts";
import { sightOf } from "./sight.ts";
import { takeContent } from "./take-content.ts";

export interface WriteParts extends DraftParts {
  plans: WritePlans;
  blobs: Blobs;
}

/** Somebody else was faster: what was planned is planned anew, so many times. */
const triesMax = 4;

type WriteMethod = "create" | "update" | "updateWhere" | "patch" | "patchWhere" | "remove" | "removeWhere";

/** Single writes, each a transaction of its own. */
export function createRecordWrites(parts: WriteParts): Pick<RecordsService, WriteMethod> {
  const { plans, blobs } = parts;

  /** With a version that the client names there is nothing to plan anew: the conflict is the answer. */
  async function carryOut(asker: Asker, plan: () => Promise<Planned>, tries: number): Promise<WrittenRecord> {
    for (let left = tries; ; left--) {
      const planned = await plan();
      if ("record" in planned) return planned;
      try {
        const [record] = await commitDrafts(asker, [planned.draft], parts);
        if (record === undefined) throw new HilumError("server.internal");
        return { record, outcome: planned.outcome, mayRead: true };
      } catch (error) {
        const raced = isHilumError(error) && (error.code === "record.conflict" || error.code === "record.exists");
        if (!raced || left <= 1) throw error;
      }
    }
  }

  return {
    async create(asker, { resource, ifNoneExist, content }) {
      const type = resource.resourceType;
      const taken = await takeContent(asker, blobs, resource, content);
      try {
        const given = { type, resource: taken.resource, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) };
        const written = await carryOut(asker, () => plans.create(asker, given), triesMax);
        if (written.outcome === "found") await taken.discard();
        return written;
      } catch (error) {
        await taken.discard();
        throw error;
      }
    },
    async update(asker, { resource, ifMatch, content }) {
      const { resourceType: type, id } = resource;
      if (id === undefined)
        throw new HilumError("record.invalid", {
          problems: [{ pointer: "/id", message: "It has no id.", fix: "Write the id of the record." }],
        });
      const taken = await takeContent(asker, blobs, resource, content);
      try {
        const given = { type, id, resource: taken.resource, ...(ifMatch === undefined ? {} : { ifMatch }) };
        return await carryOut(asker, () => plans.update(asker, given), ifMatch === undefined ? triesMax : 1);
      } catch (error) {
        await taken.discard();
        throw error;
      }
    },
    async updateWhere(asker, { resource, where, ifMatch, content }) {
      const type = resource.resourceType;
      const taken = await takeContent(asker, blobs, resource, content);
      try {
        const given = { type, where, resource: taken.resource, ...(ifMatch === undefined ? {} : { ifMatch }) };
        return await carryOut(asker, () => plans.updateWhere(asker, given), ifMatch === undefined ? triesMax : 1);
      } catch (error) {
        await taken.discard();
        throw error;
      }
    },
    async removeWhere(asker, { type, where, ifMatch }) {
      // Who may not delete is told so, and not whether there is something.
      sightOf(asker, requireCarried(type), "d", parts);
      for (let left = ifMatch === undefined ? triesMax : 1; ; left--) {
        const found = await plans.findOne(asker, type, where, "guess");
        if (found === undefined) return undefined;
        try {
          // The very version that the condition fitted.
          const key = { type, id: found.id, ifMatch: ifMatch ?? found.version };
          return (await carryOut(asker, () => plans.remove(asker, key), 1)).record;
        } catch (error) {
          if (!isHilumError(error) || error.code !== "record.conflict" || left <= 1) throw error;
        }
      }
    },
    patch: (asker, given) =>
      carryOut(asker, () => plans.patch(asker, given), given.ifMatch === undefined ? triesMax : 1),
    patchWhere: (asker, given) =>
      carryOut(asker, () => plans.patchWhere(asker, given), given.ifMatch === undefined ? triesMax : 1),
    remove: async (asker, given) =>
      (await carryOut(asker, () => plans.remove(asker, given), given.ifMatch === undefined ? triesMax : 1)).record,
  };
}
