import type { Handlers } from "../../http/request.ts";
import type { createEgressPage } from "./egress-page.ts";
import type { VendorPages } from "./present-vendor.ts";
import type { VendorsService } from "./vendors.ts";

type EgressIds =
  | "listEgressReceipts"
  | "listVendors"
  | "getVendor"
  | "createVendor"
  | "changeVendor"
  | "removeVendor"
  | "addAgreement"
  | "endAgreement"
  | "uploadAgreementDocument"
  | "downloadAgreementDocument";

export interface EgressServices {
  page: ReturnType<typeof createEgressPage>;
  vendors: VendorsService;
  pages: VendorPages;
}

export function createEgressHandlers({ page, vendors, pages }: EgressServices): Handlers<EgressIds> {
  const present = async (id: string, now: Date) => pages.present(await vendors.load(id), now);
  return {
    listEgressReceipts: async (context, { params, query }) => ({
      status: 200,
      body: await page({ plugin: params.plugin, ...query }, context.now()),
    }),
    listVendors: async (context) => ({ status: 200, body: await pages.list(context.now()) }),
    getVendor: async (context, { params }) => ({ status: 200, body: await present(params.vendor, context.now()) }),
    createVendor: async (context, { body }) => {
      const id = await vendors.create(context, body);
      return {
        status: 201,
        body: await present(id, context.now()),
        headers: { location: `/api/v1/vendors/${id}` },
        note: { record: { resource: "Vendor", id } },
      };
    },
    changeVendor: async (context, { params, body: { revision, ...change } }) => {
      await vendors.change(params.vendor, change, revision);
      return { status: 200, body: await present(params.vendor, context.now()) };
    },
    removeVendor: async (context, { params }) => {
      await vendors.remove(context, params.vendor);
      return { status: 200, body: { ok: true } };
    },
    addAgreement: async (context, { params, body }) => {
      const id = await vendors.addAgreement(context, params.vendor, body);
      return {
        status: 201,
        body: await present(params.vendor, context.now()),
        note: { record: { resource: "Agreement", id } },
      };
    },
    endAgreement: async (context, { params }) => {
      await vendors.endAgreement(context, params.vendor, params.agreement);
      return { status: 200, body: await present(params.vendor, context.now()) };
    },
    uploadAgreementDocument: async (context, { params, query, bytes, headers }) => {
      const contentType = headers["content-type"];
      await vendors.keepDocument(context, params, {
        name: query.name,
        contentType: Array.isArray(contentType) ? contentType[0] : contentType,
        bytes,
      });
      return { status: 200, body: await present(params.vendor, context.now()) };
    },
    downloadAgreementDocument: async (_context, { params }) => {
      const { row, name, stream } = await vendors.openDocument(params);
      // Whatever it is, a browser keeps it as a file and runs nothing of it (threat 149).
      return {
        status: 200,
        stream,
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(row.size),
          "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
          "x-hilum-content-type": row.contentType,
        },
      };
    },
  };
}
