import { checkErrorData } from "@hilum/contract/wire";
import { begin, demand, resultOf, type Case } from "../case.ts";
import {
  ask,
  current,
  demandCode,
  demandSame,
  exists,
  find,
  identifierOf,
  parsed,
  refusal,
  searchFor,
  targetOf,
  told,
  withoutSample,
} from "./ask-store.ts";
import { nextVersion, sampleRecord } from "./record-samples.ts";

/** A record is kept, given back, and told where it is not there. */
export const keptRecordCases: readonly Case[] = [
  {
    id: "record-kept",
    group: "store_records",
    rule: "A record is kept under the id and version that it carries, and given back as it was.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      demandSame((await ask(plugin, "records.create", { resource })).resource, resource, "records.create");
      demandSame(await current(plugin, resource), resource, "records.read");
    },
  },
  {
    id: "record-repeated",
    group: "store_records",
    rule: "The same version of a record may come again, and does no harm.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource });
      demandSame((await ask(plugin, "records.create", { resource })).resource, resource, "records.create, again");
      const second = nextVersion(resource, "2");
      await ask(plugin, "records.update", { resource: second, ifMatch: "1" });
      demandSame(
        (await ask(plugin, "records.update", { resource: second, ifMatch: "1" })).resource,
        second,
        "records.update, again",
      );
      const found = await find(plugin, resource, [["_id", resource.id]]);
      demand(found.length === 1, `one record that came twice is found ${found.length} times`);
    },
  },
  {
    id: "record-unknown",
    group: "store_records",
    rule: "A record that is not there is record.not_found, whatever is asked of it.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      const target = targetOf(resource);
      for (const [method, params] of [
        ["records.read", target],
        ["records.delete", target],
        ["records.update", { resource }],
      ] as const)
        demandCode(await refusal(plugin, method, params), ["record.not_found"], method);
      demand(!(await exists(plugin, resource)), "records.update has made a record that was not there");
    },
  },
  {
    id: "record-deleted",
    group: "store_records",
    rule: "A deleted record is record.gone or record.not_found, is found by no search, and may be deleted again.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const resource = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource });
      await ask(plugin, "records.delete", targetOf(resource));
      demandCode(
        await refusal(plugin, "records.read", targetOf(resource)),
        ["record.gone", "record.not_found"],
        "records.read of a deleted record",
      );
      demand((await find(plugin, resource, identifierOf(resource))).length === 0, "a deleted record is found");
      const again = await plugin.ask("records.delete", targetOf(resource));
      // A store that forgets what it had knows it no more.
      if (again.kind === "error")
        demandCode(again.error.data, ["record.gone", "record.not_found"], "records.delete, again");
    },
  },
  {
    id: "record-strange",
    group: "store_records",
    rule: "What a store does not take is told by a code of the catalogue, and the store goes on.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      for (const cursor of ["no-cursor-of-yours", "-1", "999999999999"]) {
        const asked = { ...searchFor(sampleRecord(knowledge), [["_id", "nobody"]]), cursor };
        const answer = await plugin.ask("records.search", asked);
        if (answer.kind === "error") demandCode(answer.error.data, ["search.invalid"], "a cursor that it did not give");
        else demand(parsed("records.search", answer.result, asked).resources.length === 0, "nobody is found");
      }
      const resource = { ...sampleRecord(knowledge), language: 7, extension: "none" };
      const answer = await plugin.ask("records.create", { resource });
      if (answer.kind === "error")
        demand(checkErrorData(answer.error.data).length === 0, `error.data is not valid: ${told(answer.error.data)}`);
      resultOf("health.check", await plugin.ask("health.check"));
    },
  },
];
