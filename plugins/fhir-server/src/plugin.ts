import { definePlugin, type Plugin } from "@hilum/sdk";
import { checkServer, checkSignIn } from "./check-server.ts";
import { createNextPages } from "./find-records.ts";
import { createRecord, deleteRecord, readRecord, updateRecord, findRecords } from "./keep-records.ts";
import type { ServerSettings } from "./settings.ts";

/** Keeps records on one FHIR R4 server. The host makes every request and holds the server's secrets. */
export function createFhirServerPlugin(): Plugin {
  const pages = createNextPages();
  return definePlugin<ServerSettings>({
    records: {
      create: createRecord,
      read: readRecord,
      update: updateRecord,
      delete: deleteRecord,
      search: (asked, ctx) => findRecords(ctx, asked, pages),
    },
    setup: { "sign-in": checkSignIn, try: checkServer },
    async health(ctx) {
      const rows = await checkSignIn(ctx);
      return { state: rows.every(({ status }) => status === "passed") ? "healthy" : "failing", rows };
    },
    smokeTests: { "round-trip": checkServer },
  });
}
