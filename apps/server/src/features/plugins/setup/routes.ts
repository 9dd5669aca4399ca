import type { Context } from "@hilum/contract";
import type { InstanceKey } from "@hilum/store";
import type { Handlers } from "../../../http/request.ts";
import type { LifecycleService } from "../lifecycle.ts";
import type { SettingsService } from "../settings.ts";
import { browserCookieHeader, readBrowserCookie } from "./oauth/browser-cookie.ts";
import type { SignInService } from "./oauth/sign-in.ts";
import type { SetupService } from "./setup.ts";

export interface SetupServices {
  setup: SetupService;
  signIn: SignInService;
  settings: SettingsService;
  lifecycle: LifecycleService;
}

type SetupIds =
  | "getSetup"
  | "beginSetup"
  | "goToSetupStep"
  | "answerSetupStep"
  | "discoverSetupOptions"
  | "startSetupOAuth"
  | "enterSetupOAuth"
  | "finishSetup"
  | "restartSetup"
  | "finishOAuth";

export function createSetupHandlers({ setup, signIn, settings, lifecycle }: SetupServices): Handlers<SetupIds> {
  const read = async (context: Context, key: InstanceKey) => ({ status: 200, body: await setup.read(context, key) });
  return {
    getSetup: (context, request) => read(context, keyOf(request)),
    beginSetup: async (context, request) => ({
      status: 200,
      body: await setup.begin(context, keyOf(request), request.body.mode, request.body.replace ?? false),
    }),
    goToSetupStep: async (context, request) => ({
      status: 200,
      body: await setup.goTo(context, keyOf(request), request.body.step, request.body.kept),
    }),
    answerSetupStep: async (context, request) => ({
      status: 200,
      body: await setup.answer(context, keyOf(request), request.params.step, request.body),
    }),
    discoverSetupOptions: async (context, request) => {
      const { field, ...kept } = request.body;
      return { status: 200, body: await setup.discover(context, keyOf(request), request.params.step, field, kept) };
    },
    startSetupOAuth: async (context, request) => {
      const known = readBrowserCookie(request.headers["cookie"]);
      const { address, until, browser } = await signIn.start(context, keyOf(request), request.params.step, known);
      return {
        status: 200,
        body: { address, until, session: await setup.read(context, keyOf(request)) },
        headers: { "set-cookie": browserCookieHeader(browser) },
      };
    },
    enterSetupOAuth: async (context, request) => {
      await signIn.enter(context, keyOf(request), request.params.step, request.body.address);
      return await read(context, keyOf(request));
    },
    finishSetup: async (context, request) => {
      const { as } = request.query;
      await setup.finish(context, keyOf(request), as === undefined ? undefined : as === "test");
      await lifecycle.apply(context, keyOf(request));
      return { status: 200, body: await settings.read(keyOf(request)) };
    },
    restartSetup: async (context, request) => ({ status: 200, body: await setup.restart(context, keyOf(request)) }),
    finishOAuth: async (context, { query, headers }) => {
      const { plugin, instance, step, by } = await signIn.finish(context, query, readBrowserCookie(headers["cookie"]));
      const search = new URLSearchParams({ ...(instance === "default" ? {} : { instance }), step });
      return {
        status: 303,
        // The code leaves the address bar and the history with this answer.
        headers: { location: `/admin/ui/plugins/${plugin}/setup?${search.toString()}` },
        note: { actor: by, plugin, instance },
      };
    },
  };
}

function keyOf({ params, query }: { params: { plugin: string }; query: { instance?: string } }): InstanceKey {
  return { plugin: params.plugin, instance: query.instance ?? "default" };
}
