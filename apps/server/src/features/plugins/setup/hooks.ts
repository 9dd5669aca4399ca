import type { InstanceKey } from "@hilum/store";

/** What arrived at a hook since a check began to wait for it. */
export interface Arrival {
  at: string;
  /** Whether it was signed as it must be. */
  signed: boolean;
}

/** What the wizard asks of the entrances of plugins. */
export interface HookPort {
  /** Title and address of a hook of the instance; undefined where there is none. */
  describe(key: InstanceKey, hook: string): { title: string; address: string } | undefined;
  /** The newest arrival since a moment; a signed one before any other. */
  arrivedSince(key: InstanceKey, hook: string, since: string): Promise<Arrival | undefined>;
}

/** While no plugin has entrances. */
export const noHooks: HookPort = { describe: () => undefined, arrivedSince: async () => undefined };
