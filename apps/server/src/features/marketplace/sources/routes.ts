import { Readable } from "node:stream";
import type { Handlers } from "../../../http/request.ts";
import type { ListingsService } from "../catalogue/listings.ts";
import type { MirrorsService } from "./mirrors.ts";
import type { SourcesService } from "./sources.ts";

type SourceIds =
  | "listSources"
  | "inspectSource"
  | "addSource"
  | "changeSource"
  | "removeSource"
  | "refreshSource"
  | "compareSourceTree"
  | "searchMarketplace"
  | "getListing"
  | "getListingImage"
  | "exportMirror"
  | "uploadMirror"
  | "takeMirror";

export function createSourceHandlers({
  sources,
  listings,
  mirrors,
}: {
  sources: SourcesService;
  listings: ListingsService;
  mirrors: MirrorsService;
}): Handlers<SourceIds> {
  return {
    listSources: async () => ({ status: 200, body: { items: await sources.list() } }),
    inspectSource: async (_context, { body }) => ({ status: 200, body: await sources.inspect(body.place) }),
    addSource: async (context, { body }) => ({ status: 201, body: await sources.add(context, body) }),
    changeSource: async (_context, { params, body }) => ({
      status: 200,
      body: await sources.change(params.source, body),
    }),
    removeSource: async (_context, { params }) => {
      await sources.remove(params.source);
      return { status: 200, body: { ok: true } };
    },
    refreshSource: async (context, { params }) => {
      const body = await sources.refresh(context, params.source);
      return { status: 200, body, note: { count: body.added + body.changed + body.removed } };
    },
    compareSourceTree: async (_context, { params, body }) => ({
      status: 200,
      body: await sources.compare(params.source, body.checkpoint),
    }),
    searchMarketplace: async (context, { query }) => ({ status: 200, body: await listings.search(context, query) }),
    getListing: async (context, { params, query }) => ({
      status: 200,
      body: await listings.read(context, params.plugin, query),
    }),
    getListingImage: async (_context, { params, query }) => ({
      status: 200,
      stream: Readable.from([await listings.image(params.plugin, params.image, query.source)]),
      headers: { "content-type": "image/png", "cache-control": "private, max-age=31536000, immutable" },
    }),
    exportMirror: async (_context, { params }) => {
      const { size, bytes } = await mirrors.export(params.source);
      return {
        status: 200,
        stream: bytes,
        headers: {
          "content-type": "application/vnd.hilum.mirror+zip",
          "content-length": String(size),
          "content-disposition": `attachment; filename="${params.source}.mirror.zip"`,
        },
      };
    },
    uploadMirror: async (_context, { bytes }) => ({ status: 201, body: await mirrors.upload(bytes) }),
    takeMirror: async (context, { params, body }) => ({
      status: 200,
      body: await mirrors.take(context, params.source, body.mirror),
    }),
  };
}
