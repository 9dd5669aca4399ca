import type { Connection } from "../connection/connection.ts";
import type { Link } from "../connection/link.ts";
import { govern, type CallContext, type Governor } from "../pipeline.ts";
import type { InstanceSpec } from "./instance-spec.ts";
import { beginLive, type Live, type LivePorts } from "./live.ts";
import type { DecideCall } from "./plugin-call.ts";
import type { Slots } from "./slots.ts";

export interface StarterOptions {
  spec: InstanceSpec;
  governor: Governor;
  decideCall: DecideCall;
  nextCall(): string;
  /** Turns for starting, shared by all instances (threat 221). */
  starts: Slots;
  live: LivePorts;
}

export interface Starter {
  begin(context: CallContext, link?: Link): Promise<Live>;
  /** Gives up a start that is under way and waits until nothing of it is left. */
  abandon(): Promise<void>;
}

/** Starts lives of one instance. A start is a crossing like any other: settings with their secrets go into the plugin's hands. */
export function createStarter({ spec, governor, decideCall, nextCall, starts, live }: StarterOptions): Starter {
  let attempt: { connection?: Connection; givenUp: boolean; done: Promise<unknown> } | undefined;

  return {
    async begin(context, link) {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      const mine: NonNullable<typeof attempt> = { givenUp: false, done };
      attempt = mine;
      try {
        return await governed(context, link, (connection) => {
          mine.connection = connection;
          if (mine.givenUp) close(connection);
        });
      } finally {
        if (attempt === mine) attempt = undefined;
        resolve();
      }
    },
    async abandon() {
      const leaving = attempt;
      if (leaving === undefined) return;
      leaving.givenUp = true;
      if (leaving.connection !== undefined) close(leaving.connection);
      await leaving.done;
    },
  };

  function governed(
    context: CallContext,
    link: Link | undefined,
    onConnecting: (connection: Connection) => void,
  ): Promise<Live> {
    const call = nextCall();
    const action = spec.runner.kind === "remote" ? "plugin.link" : "plugin.start";
    const record = {
      call,
      action,
      audit: "intent",
      plugin: spec.plugin,
      instance: spec.instance,
      resource: "Plugin",
    } as const;
    return govern(governor, context, record, {
      resolve: () => undefined,
      admit: () => starts.enter(Number.POSITIVE_INFINITY),
      decide: () => decideCall({ key: spec, kind: "start", actor: context.actor.id, method: "initialize" }),
      perform: () => beginLive(spec, live, { call, onConnecting, ...(link === undefined ? {} : { link }) }),
      release: starts.leave,
    });
  }
}

const close = (connection: Connection): void => connection.close({ kind: "host", why: "stopped" });
