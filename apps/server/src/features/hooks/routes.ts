import type { InstanceKey } from "@hilum/store";
import { Readable } from "node:stream";
import type { Handlers } from "../../http/request.ts";
import type { HooksService } from "./hooks.ts";
import type { createHookReceiver } from "./receive-hook.ts";

type HookIds =
  | "receiveHook"
  | "listHooks"
  | "sendTestDelivery"
  | "listHookDeliveries"
  | "getHookDelivery"
  | "replayHookDelivery";

export function createHookHandlers({
  service,
  receive,
}: {
  service: HooksService;
  receive: ReturnType<typeof createHookReceiver>;
}): Handlers<HookIds> {
  return {
    receiveHook: async (context, { params, headers, bytes, peer, target = "" }) => {
      const { row, answer, error } = await receive(context, { params, headers, bytes, peer, target });
      if (error !== undefined) throw error;
      // A status without a body has none to describe either (RFC 9110 section 15.3.5).
      if (answer === undefined || row.status === 204 || row.status === 205) return { status: row.status };
      return {
        status: row.status,
        stream: Readable.from([answer.text]),
        headers: { "content-type": `${answer.contentType}; charset=utf-8` },
      };
    },
    listHooks: async (_context, request) => ({ status: 200, body: { items: await service.list(keyOf(request)) } }),
    sendTestDelivery: async (context, request) => {
      const delivery = await service.test(context, keyOf(request), request.params.hook, request.body);
      return { status: 200, body: delivery, note: noteOf(delivery.id) };
    },
    listHookDeliveries: async (_context, request) => {
      const { instance: _instance, ...filter } = request.query;
      return { status: 200, body: await service.deliveries(keyOf(request), filter) };
    },
    getHookDelivery: async (_context, request) => ({
      status: 200,
      body: await service.read(keyOf(request), request.params.delivery),
    }),
    replayHookDelivery: async (context, request) => {
      const delivery = await service.replay(context, keyOf(request), request.params.delivery);
      return { status: 200, body: delivery };
    },
  };
}

const noteOf = (id: string) => ({ record: { resource: "HookDelivery", id } });

function keyOf({ params, query }: { params: { plugin: string }; query: { instance?: string } }): InstanceKey {
  return { plugin: params.plugin, instance: query.instance ?? "default" };
}
