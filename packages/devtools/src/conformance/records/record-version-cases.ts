import { begin, type Case } from "../case.ts";
import { ask, current, demandCode, demandSame, parsed, refusal, targetOf, withoutSample } from "./ask-store.ts";
import { nextVersion, sampleRecord } from "./record-samples.ts";

/** Versions of a record, and who comes too late. */
export const recordVersionCases: readonly Case[] = [
  {
    id: "record-changed",
    group: "store_records",
    rule: "records.update replaces a record; an earlier version is given back as it was, or is record.not_found.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const first = sampleRecord(knowledge);
      const second = nextVersion(first, "2");
      await ask(plugin, "records.create", { resource: first });
      demandSame(
        (await ask(plugin, "records.update", { resource: second, ifMatch: "1" })).resource,
        second,
        "records.update",
      );
      demandSame(await current(plugin, first), second, "records.read");
      const earlier = await plugin.ask("records.read", { ...targetOf(first), version: "1" });
      if (earlier.kind === "error")
        demandCode(earlier.error.data, ["record.not_found", "record.gone"], "records.read of an earlier version");
      else {
        const { resource } = parsed("records.read", earlier.result, { ...targetOf(first), version: "1" });
        demandSame(resource, first, "records.read of an earlier version");
      }
    },
  },
  {
    id: "record-conflict",
    group: "store_records",
    rule: "What was changed since it was read is record.conflict, and so is a new record under an id that is taken; nothing is changed then.",
    skip: withoutSample,
    async run(plugin, knowledge) {
      await begin(plugin);
      const first = sampleRecord(knowledge);
      const second = nextVersion(first, "2");
      await ask(plugin, "records.create", { resource: first });
      await ask(plugin, "records.update", { resource: second, ifMatch: "1" });
      const late = { resource: { ...nextVersion(first, "3"), language: "fr" }, ifMatch: "1" };
      demandCode(
        await refusal(plugin, "records.update", late),
        ["record.conflict"],
        "records.update of an old version",
      );
      const taken = { resource: { ...nextVersion(first, "9"), language: "de" } };
      demandCode(await refusal(plugin, "records.create", taken), ["record.conflict"], "records.create of a taken id");
      demandSame(await current(plugin, first), second, "records.read after a conflict");
    },
  },
];
