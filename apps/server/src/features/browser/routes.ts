import type { Handlers } from "../../http/request.ts";
import type { BrowserService } from "./browser.ts";

type BrowserOperation =
  | "listRecordStores"
  | "browseRecords"
  | "getMaskedRecord"
  | "listRecordVersions"
  | "restoreRecordVersion"
  | "getPatientOverview";

export function createBrowserHandlers({ browser }: { browser: BrowserService }): Pick<Handlers, BrowserOperation> {
  return {
    listRecordStores: async (context) => ({ status: 200, body: await browser.stores(context) }),
    async browseRecords(context, { body }) {
      const page = await browser.browse(context, body);
      return { status: 200, body: page, note: { count: page.items.length } };
    },
    getMaskedRecord: async (context, { params, query }) => ({
      status: 200,
      body: await browser.page(context, { ...params, ...query }),
    }),
    async listRecordVersions(context, { params, query }) {
      const page = await browser.versions(context, { ...params, ...query });
      return { status: 200, body: page, note: { count: page.items.length } };
    },
    restoreRecordVersion: async (context, { params, body }) => ({
      status: 200,
      body: await browser.restore(context, { ...params, version: body.version, expected: body.expected }),
    }),
    async getPatientOverview(context, { params, query }) {
      const overview = await browser.overview(context, { ...params, ...query });
      return { status: 200, body: overview, note: { count: overview.entries.length } };
    },
  };
}
