import type { Actor } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import { govern, type CallContext, type Governor } from "@hilum/host";
import type { Store } from "@hilum/store";

export interface GlassWatch {
  /** Ends glasses whose time or session is over; each end is an entry of its own in the audit log. */
  sweep(now: Date): Promise<void>;
  /** Glasses that nobody has reviewed, and those that were escalated. */
  repairs(now: Date): Promise<Repair[]>;
}

type Parts = {
  store: Pick<Store, "glasses">;
  governor: Governor;
  /** Whether the session of a person is open still. */
  holds(actor: Actor): Promise<boolean>;
  nextCall(): string;
};

const watcher: CallContext = { actor: { id: "system:glass" }, purpose: "HCOMPL" };
/** A review that waits longer than this is late. */
const lateMs = 3 * 86_400_000;

export function createGlassWatch({ store: { glasses }, governor, holds, nextCall }: Parts): GlassWatch {
  /** The end is announced and done like any other act. */
  async function end(glass: string, how: "expired" | "session_ended", perform: () => Promise<unknown>): Promise<void> {
    const detail = { event: "emergency_override_stopped", state: how };
    await govern(
      governor,
      watcher,
      { call: nextCall(), action: "endGlass", audit: "intent", resource: "Glass", detail },
      {
        resolve: () => undefined,
        decide: () => ({ allow: true }),
        perform: async () => await perform(),
      },
    );
  }

  return {
    async sweep(now) {
      const { items } = await glasses.list({ state: "open", limit: 200 });
      for (const { id, until, user, session, by } of items) {
        if (Date.parse(until) <= now.getTime()) await end(id, "expired", () => glasses.end(id, "expired", until));
        else if (!(await holds({ kind: "user", id: by, user, session, role: "viewer" })))
          await end(id, "session_ended", () => glasses.end(id, "session_ended", now.toISOString()));
      }
    },
    async repairs(now) {
      const link = { label: "Open the reviews", to: "/records/glasses" };
      const [{ items: waiting }, { items: escalated }] = await Promise.all([
        glasses.list({ state: "waiting", limit: 200 }),
        glasses.list({ state: "escalated", limit: 200 }),
      ]);
      const [oldest] = escalated.toReversed();
      const late = waiting.toReversed().find(({ openedAt }) => now.getTime() - Date.parse(openedAt) > lateMs);
      return [
        ...(oldest === undefined
          ? []
          : [
              {
                ...{ id: "glass:escalated", severity: "error" as const, since: oldest.openedAt, link },
                title: `${escalated.length} broken ${escalated.length === 1 ? "glass was" : "glasses were"} escalated`,
                why: "A reviewer found no good reason why patient data was revealed.",
                fix: "Look into it with the person's superior, then accept it with what was found.",
              },
            ]),
        ...(late === undefined
          ? []
          : [
              {
                ...{ id: "glass:late", severity: "warning" as const, since: late.openedAt, link },
                title: "Broken glasses wait for a review",
                why: "Patient data was revealed more than three days ago, and nobody has looked at why.",
                fix: "Review them under Records, Reviews. Another person than who broke the glass has to.",
              },
            ]),
      ];
    },
  };
}
