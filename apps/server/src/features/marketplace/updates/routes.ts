import type { Handlers } from "../../../http/request.ts";
import type { UpdatesService } from "./updates.ts";

export function createUpdateHandlers(
  updates: UpdatesService,
): Handlers<"listUpdates" | "startUpdates" | "getUpdateRun"> {
  return {
    listUpdates: async (context) => ({ status: 200, body: await updates.list(context.now()) }),
    startUpdates: async (context, { body }) => {
      const run = await updates.start(context, body.plugins);
      return { status: 202, body: run, note: { count: run.items.length } };
    },
    getUpdateRun: async (_context, { params }) => ({ status: 200, body: await updates.read(params.run) }),
  };
}
