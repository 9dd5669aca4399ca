import type { Handlers } from "../../../http/request.ts";
import type { KillSwitch } from "./kill-switch.ts";

export function createSafetyHandlers(
  killSwitch: KillSwitch,
): Handlers<"getBlastRadius" | "killPlugin" | "getKillReport" | "liftKill"> {
  return {
    getBlastRadius: async (context, { params }) => ({
      status: 200,
      body: await killSwitch.radius(params.plugin, context.now()),
    }),
    killPlugin: async (context, { params, body }) => ({
      status: 200,
      body: await killSwitch.kill(context, params.plugin, body.reason),
    }),
    getKillReport: async (context, { params }) => ({
      status: 200,
      body: await killSwitch.report(params.plugin, context.now()),
    }),
    liftKill: async (context, { params }) => {
      await killSwitch.lift(context, params.plugin);
      return { status: 200, body: { ok: true } };
    },
  };
}
