import type { Handlers } from "../../http/request.ts";
import type { DisclosureAccount } from "./account.ts";

type DisclosureOperation = "listDisclosures" | "downloadDisclosures" | "enterDisclosure";

export function createDisclosureHandlers({
  account,
}: {
  account: DisclosureAccount;
}): Pick<Handlers, DisclosureOperation> {
  return {
    async listDisclosures(_context, { params, query }) {
      const found = await account.list({ ...params, ...query });
      return { status: 200, body: found, note: { count: found.items.length } };
    },
    async downloadDisclosures(_context, { params, query }) {
      const { all = false, ...within } = query;
      const headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="disclosures.csv"',
      };
      return { status: 200, stream: account.csv({ ...params, ...within, all }), headers };
    },
    async enterDisclosure(context, { params, body }) {
      const { part2 = false, ...entered } = body;
      return { status: 201, body: await account.enter(context, { ...params, ...entered, part2 }) };
    },
  };
}
