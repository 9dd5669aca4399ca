import { join } from "node:path";
import type { Store } from "@hilum/store";
import type { ListingsService } from "../catalogue/listings.ts";
import { createOwnMarketplace } from "./own-marketplace.ts";
import { createPublishingService, type PublishingService } from "./publishing.ts";
import { createPublishingHandlers } from "./routes.ts";
import { createSubmissionsService } from "./submissions.ts";

/** The organisation's own marketplace below `dir`. */
export function composePublishing({
  store,
  dir,
  testKeys,
  listings,
}: {
  store: Pick<Store, "marketplace" | "tokens">;
  dir: string;
  testKeys(): boolean;
  listings: Pick<ListingsService, "present">;
}): {
  handlers: ReturnType<typeof createPublishingHandlers>;
  repairs: PublishingService["repairs"];
  /** Ends what a crash broke off; before anything is asked. */
  restore(): Promise<void>;
  sweep: PublishingService["sweep"];
} {
  const own = createOwnMarketplace(join(dir, "own"));
  const submissions = createSubmissionsService({ store, own });
  const publishing = createPublishingService({ own, submissions, testKeys });
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(act: () => Promise<T>): Promise<T> => {
    const turn = before.then(act);
    before = turn.catch(() => undefined);
    return await turn;
  };
  return {
    handlers: createPublishingHandlers({ own, publishing, submissions, presentOf: listings.present, inTurn }),
    repairs: publishing.repairs,
    restore: async () => await inTurn(publishing.restore),
    sweep: async (moment) => await inTurn(() => publishing.sweep(moment)),
  };
}
