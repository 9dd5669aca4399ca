import type { Server as HttpServer } from "node:http";
import type { Context } from "@hilum/contract";
import { createCallIds, createRemoteLinks, type Governor, type Host, type RemoteLinks } from "@hilum/host";
import type { RemoteLinkRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Handlers } from "../../http/request.ts";
import { loadInstance } from "../plugins/load-instance.ts";

type RemoteIds =
  | "listRemoteLinks"
  | "createEnrolment"
  | "revokeRemoteLink"
  | "enrolRemotePlugin"
  | "issueRemoteToken"
  | "connectRemotePlugin";

export interface Remote {
  handlers: Handlers<RemoteIds>;
  links: RemoteLinks;
  /** Takes the upgrade requests of the link address; every other one is refused. */
  attachUpgrades(server: HttpServer): void;
  close(): Promise<void>;
}

const connectPath = "/api/v1/remote/connect";

type Parts = { store: Store; host(): Host; governor: Governor; publicUrl(): string; authorityPem(): string };

/** Remote plugins: codes and links in the console, enrolment and tokens for the plugin's program, and its WebSocket. */
export function composeRemote({ store, host, governor, publicUrl, authorityPem }: Parts): Remote {
  const links = createRemoteLinks({
    ...governor,
    store: store.remote,
    attach: (key, link, context) => host().attach(key, link, context),
    now: () => new Date(),
    nextCall: createCallIds(),
    nextId: () => makeId(),
    publicUrl,
    authorityPem,
  });
  return {
    handlers: createHandlers(store, links),
    links,
    attachUpgrades: (server) => void server.on("upgrade", onUpgrade),
    close: async () => links.close(),
  };

  function onUpgrade(...[request, socket, head]: Parameters<RemoteLinks["connect"]>): void {
    if (request.url?.split("?")[0] === connectPath) void links.connect(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  }
}

function createHandlers(store: Store, links: RemoteLinks): Handlers<RemoteIds> {
  const keyOf = ({ params, query }: { params: { plugin: string }; query: { instance?: string } }) => ({
    plugin: params.plugin,
    instance: query.instance ?? "default",
  });
  const list = async (key: ReturnType<typeof keyOf>, context: Context) =>
    (await store.remote.list(key)).map((row) => present(row, links.connected(), context.now()));
  return {
    listRemoteLinks: async (context, request) => {
      await loadInstance(store, keyOf(request));
      return { status: 200, body: { items: await list(keyOf(request), context) } };
    },
    createEnrolment: async (context, request) => {
      const key = keyOf(request);
      await loadInstance(store, key);
      const { id, code, expiresAt } = await links.createEnrolment(key, context.actor.id);
      const link = (await list(key, context)).find((row) => row.id === id) ?? {
        id,
        kind: "enrolment" as const,
        createdAt: context.now().toISOString(),
        createdBy: context.actor.id,
        expiresAt: expiresAt.toISOString(),
        state: "open" as const,
      };
      return {
        status: 201,
        body: { code, expiresAt: expiresAt.toISOString(), link },
        note: { record: { resource: "RemoteLink", id } },
      };
    },
    revokeRemoteLink: async (_context, request) => {
      await links.revoke(keyOf(request), request.params.link);
      return { status: 204 };
    },
    enrolRemotePlugin: async (_context, { body }) => {
      const made = await links.enrol(body.code, body.publicKey);
      return {
        status: 201,
        body: made,
        note: {
          actor: `plugin:${made.plugin}/${made.instance}`,
          plugin: made.plugin,
          instance: made.instance,
          record: { resource: "RemoteLink", id: made.link },
        },
      };
    },
    issueRemoteToken: async (_context, { body }) => {
      const { token, expiresAt } = await links.issueToken(body);
      return {
        status: 200,
        body: { token, expiresAt: expiresAt.toISOString() },
        note: { record: { resource: "RemoteLink", id: body.link } },
      };
    },
    // A request that asks for no upgrade: the address speaks WebSocket alone.
    connectRemotePlugin: async () => ({ status: 426, headers: { upgrade: "websocket" } }),
  };
}

function present(row: RemoteLinkRow, connected: ReadonlySet<string>, now: Date) {
  const { id, kind, createdAt, createdBy, expiresAt, lastUsedAt, fingerprint } = row;
  return {
    id,
    kind,
    createdAt,
    createdBy,
    expiresAt,
    state: stateOf(row, connected, now),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

function stateOf(
  { id, revokedAt, usedAt, expiresAt, kind }: RemoteLinkRow,
  connected: ReadonlySet<string>,
  now: Date,
): "open" | "used" | "connected" | "expired" | "revoked" {
  if (revokedAt !== undefined) return "revoked";
  if (connected.has(id)) return "connected";
  if (kind === "enrolment" && usedAt !== undefined) return "used";
  return Date.parse(expiresAt) <= now.getTime() ? "expired" : "open";
}
