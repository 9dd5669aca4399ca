import { begin, demand, type Case } from "../case.ts";
import {
  ask,
  demandCode,
  demandSame,
  exists,
  find,
  identifierOf,
  parsed,
  refusal,
  searchFor,
  withoutSample,
} from "./ask-store.ts";
import { identifierSystem, sampleRecord } from "./record-samples.ts";

/** Searches, their pages, and a condition before a record is created. */
export const recordSearchCases: readonly Case[] = [
  {
    id: "record-search",
    group: "store_records",
    rule: "Every store is searched by _id and by identifier; a parameter that it does not serve is search.invalid.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const [one, other] = [sampleRecord(knowledge), sampleRecord(knowledge)];
      for (const resource of [one, other]) await ask(plugin, "records.create", { resource });
      const [[, token]] = identifierOf(one);
      for (const query of [
        [["_id", one.id]],
        [["identifier", token]],
        [["identifier", token.slice(token.indexOf("|") + 1)]],
        [
          ["identifier", token],
          ["_id", `${one.id},${other.id}`],
        ],
      ] as [string, string][][]) {
        const found = await find(plugin, one, query);
        demand(
          found.length === 1 && found[0]?.id === one.id,
          `a search by ${query.map(([name]) => name).join(" and ")} finds ${found.length} records, not the one`,
        );
      }
      const none = await find(plugin, one, [["identifier", `${identifierSystem}|nobody`]]);
      demand(none.length === 0, "an identifier that no record has is found");
      const strange = searchFor(one, [["x-no-such-parameter", "1"]]);
      const data = await refusal(plugin, "records.search", strange);
      demandCode(data, ["search.invalid"], "a search by a parameter that there is not");
    },
  },
  {
    id: "record-pages",
    group: "store_records",
    rule: "A page has at most `count` records, and `next` leads through all of them, each once.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const records = Array.from({ length: 5 }, () => sampleRecord(knowledge));
      for (const resource of records) await ask(plugin, "records.create", { resource });
      const [first] = records;
      if (first === undefined) return;
      const seen: string[] = [];
      const asked = { ...searchFor(first, [["_id", records.map(({ id }) => id).join(",")]]), count: 2 };
      let cursor: string | undefined;
      for (let page = 0; page <= records.length; page += 1) {
        const params = { ...asked, ...(cursor === undefined ? {} : { cursor }) };
        const { resources, next } = await ask(plugin, "records.search", params);
        seen.push(...resources.map(({ id = "" }) => id));
        if (next === undefined) break;
        cursor = next;
      }
      const wanted = records.map(({ id }) => id).toSorted();
      demand(
        JSON.stringify(seen.toSorted()) === JSON.stringify(wanted),
        `${records.length} records are paged through as ${seen.length}, ${new Set(seen).size} of them different`,
      );
    },
  },
  {
    id: "record-if-none-exist",
    group: "store_records",
    rule: "With ifNoneExist a record that matches is answered, and none is created.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const there = sampleRecord(knowledge);
      await ask(plugin, "records.create", { resource: there });
      const resource = sampleRecord(knowledge, { identifier: there["identifier"] });
      const answered = await ask(plugin, "records.create", { resource, ifNoneExist: identifierOf(there) });
      demandSame(answered.resource, there, "records.create with ifNoneExist");
      demand(!(await exists(plugin, resource)), "a second record was created");
      const fresh = sampleRecord(knowledge);
      demandSame(
        (await ask(plugin, "records.create", { resource: fresh, ifNoneExist: identifierOf(fresh) })).resource,
        fresh,
        "records.create with ifNoneExist that nothing matches",
      );
    },
  },
  {
    id: "record-large",
    group: "store_records",
    rule: "A record is as large as a frame allows; a page that would be larger ends earlier.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const padding = "x".repeat(400_000);
      const extension = [{ url: `${identifierSystem}/padding`, valueString: padding }];
      const records = [0, 1, 2].map(() => sampleRecord(knowledge, { extension }));
      for (const resource of records) {
        const answer = await plugin.ask("records.create", { resource });
        // A store may take less, and says so.
        if (answer.kind === "error") return demandCode(answer.error.data, ["record.too_large"], "records.create");
        demandSame(parsed("records.create", answer.result, { resource }).resource, resource, "records.create");
      }
      const [first] = records;
      if (first === undefined) return;
      const seen: string[] = [];
      const asked = searchFor(first, [["_id", records.map(({ id }) => id).join(",")]]);
      let cursor: string | undefined;
      for (let page = 0; page < 5; page += 1) {
        const found = await ask(plugin, "records.search", { ...asked, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...found.resources.map(({ id = "" }) => id));
        if (found.next === undefined) break;
        cursor = found.next;
      }
      demand(new Set(seen).size === 3, `of three large records ${new Set(seen).size} are found`);
    },
  },
];
