import { HilumError, type Context } from "@hilum/contract";
import type { InstanceKey, MessageRow, Store } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import type { MessageAcceptance } from "./accept-message.ts";
import type { AttachmentsService } from "./attachments.ts";
import { presentMessage, presentMessageDetail } from "./present-message.ts";
import type { RoutingService } from "./routing.ts";

type MessageIds =
  | "sendMessage"
  | "listMessages"
  | "getMessage"
  | "retryMessage"
  | "cancelMessage"
  | "discardMessage"
  | "resendMessage"
  | "uploadAttachment"
  | "downloadAttachment"
  | "listRoutes"
  | "setRoute"
  | "rehearseFailover"
  | "listPracticeMessages"
  | "emptyPracticeMailbox";

export interface MessageServices {
  store: Pick<Store, "messages" | "practice">;
  acceptance: MessageAcceptance;
  attachments: AttachmentsService;
  /** Throws `record.masked` for an attachment of a record that no open glass of the person covers. */
  mayOpen(context: Context, attachment: string): Promise<void>;
  routing: RoutingService;
  /** The instance is asked at the next message, also where it was to be left alone. */
  askAgain(key: InstanceKey): void;
  /** There is work now. */
  wake(): void;
}

export function createMessageHandlers({
  store,
  acceptance,
  attachments,
  mayOpen,
  routing,
  askAgain,
  wake,
}: MessageServices): Handlers<MessageIds> {
  const changed = (row: MessageRow) => {
    wake();
    return { status: 200, body: presentMessage(row) };
  };
  const page = ({ limit, cursor }: { limit?: number; cursor?: string }) => ({
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return {
    sendMessage: async (context, { body, headers }) => {
      const { row, created } = await acceptance.accept(context, {
        communication: body,
        idempotencyKey: oneHeader(headers["idempotency-key"]),
      });
      return {
        status: created ? 201 : 200,
        body: presentMessage(row),
        headers: { location: `/api/v1/messages/${row.id}` },
        note: { record: { resource: "Communication", id: row.id } },
      };
    },
    listMessages: async (_context, { query: { state, channel, plugin, ...rest } }) => {
      const filter = {
        ...page(rest),
        ...(state === undefined ? {} : { state }),
        ...(channel === undefined ? {} : { channel }),
        ...(plugin === undefined ? {} : { plugin }),
      };
      const [{ items, next }, counts] = await Promise.all([store.messages.list(filter), store.messages.counts()]);
      return {
        status: 200,
        body: { items: items.map(presentMessage), counts, ...(next === undefined ? {} : { next }) },
      };
    },
    getMessage: async (_context, { params }) => {
      const row = await store.messages.detail(params.message);
      if (row === undefined) throw new HilumError("message.not_found");
      return { status: 200, body: presentMessageDetail(row) };
    },
    retryMessage: async (context, { params, body }) => {
      const by = { actor: context.actor.id, evenIfSent: body.evenIfSent === true };
      const row = await store.messages.retry(params.message, by);
      if (row.plugin !== undefined && row.instance !== undefined)
        askAgain({ plugin: row.plugin, instance: row.instance });
      return changed(row);
    },
    cancelMessage: async (context, { params }) =>
      changed(await store.messages.cancel(params.message, { actor: context.actor.id })),
    discardMessage: async (context, { params, body }) =>
      changed(await store.messages.discard(params.message, { actor: context.actor.id, reason: body.reason })),
    resendMessage: async (context, { params, body, headers }) => {
      const { row } = await acceptance.accept(context, {
        communication: body,
        idempotencyKey: oneHeader(headers["idempotency-key"]),
        replaces: params.message,
      });
      return { status: 201, body: presentMessage(row), note: { record: { resource: "Communication", id: row.id } } };
    },
    uploadAttachment: async (context, { bytes, headers }) => {
      const body = await attachments.upload(context, bytes, oneHeader(headers["content-type"]));
      return { status: 201, body, note: { record: { resource: "Binary", id: body.id } } };
    },
    downloadAttachment: async (context, { params }) => {
      await mayOpen(context, params.attachment);
      const { row, stream } = await attachments.download(params.attachment);
      // Whatever it is, a browser keeps it as a file and runs nothing of it (threat 149).
      return {
        status: 200,
        stream,
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(row.size),
          "content-disposition": "attachment",
          "x-hilum-content-type": row.contentType,
        },
      };
    },
    listRoutes: async () => ({ status: 200, body: { items: await routing.list() } }),
    setRoute: async (context, { params, body }) => ({
      status: 200,
      body: await routing.set(context, params.channel, body.to),
    }),
    rehearseFailover: async (_context, { params, body }) => ({
      status: 200,
      body: await routing.rehearse(params.channel, body),
    }),
    listPracticeMessages: async (_context, { query }) => {
      const { items, next } = await store.practice.list(page(query));
      return { status: 200, body: { items, ...(next === undefined ? {} : { next }) }, note: { count: items.length } };
    },
    emptyPracticeMailbox: async () => ({ status: 204, note: { count: await store.practice.clear() } }),
  };
}

const oneHeader = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
