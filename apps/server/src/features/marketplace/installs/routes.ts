import type { Store } from "@hilum/store";
import type { Handlers } from "../../../http/request.ts";
import { loadPlugin } from "../../plugins/load-instance.ts";
import type { InstallsService } from "./installs.ts";
import type { VersionsService } from "./versions.ts";

type InstallIds =
  | "previewInstall"
  | "startInstall"
  | "listInstalls"
  | "getInstall"
  | "approveInstall"
  | "cancelInstall"
  | "uploadPackage"
  | "getVersions"
  | "pinPlugin"
  | "rollBackPlugin"
  | "forgetVersion";

export function createInstallHandlers({
  store,
  installs,
  versions,
}: {
  store: Pick<Store, "plugins">;
  installs: InstallsService;
  versions: VersionsService;
}): Handlers<InstallIds> {
  return {
    previewInstall: async (context, { body }) => ({ status: 200, body: await installs.preview(context, body) }),
    startInstall: async (context, { body }) => {
      const job = await installs.start(context, body);
      // What was in the way was passed over by the reason that came along.
      const override = body.reason === undefined ? {} : { override: true };
      return { status: 202, body: job, note: { plugin: job.plugin, detail: { to: job.to, ...override } } };
    },
    listInstalls: async (_context, { query }) => ({ status: 200, body: await installs.list(query) }),
    getInstall: async (_context, { params }) => ({ status: 200, body: await installs.read(params.job) }),
    approveInstall: async (context, { params, body }) => {
      const job = await installs.approve(context, params.job, body.scopes);
      return { status: 200, body: job, note: { plugin: job.plugin, count: body.scopes.length } };
    },
    cancelInstall: async (_context, { params }) => {
      const job = await installs.cancel(params.job);
      return { status: 200, body: job, note: { plugin: job.plugin } };
    },
    uploadPackage: async (_context, { bytes }) => {
      const body = await installs.upload(bytes);
      return { status: 201, body, note: { plugin: body.plugin } };
    },
    getVersions: async (context, { params }) => ({
      status: 200,
      body: await versions.read(params.plugin, context.now()),
    }),
    pinPlugin: async (context, { params, body }) => {
      await versions.pin(context, params.plugin, body.pinned, body.reason);
      return { status: 200, body: await versions.read(params.plugin, context.now()) };
    },
    rollBackPlugin: async (context, { params, body }) => ({
      status: 202,
      body: await installs.rollBack(context, await loadPlugin(store, params.plugin), body.digest, body.reason),
    }),
    forgetVersion: async (_context, { params }) => {
      await versions.forget(params.plugin, params.digest);
      return { status: 200, body: { ok: true } };
    },
  };
}
