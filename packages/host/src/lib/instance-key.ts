import type { CallContext } from "./pipeline.ts";

/** One configured use of a plugin. `trial` sets apart a process that only tries settings which are not saved. */
export interface InstanceKey {
  plugin: string;
  instance: string;
  trial?: string;
}

/** The key as one string: neither id can hold `/` or `#`. */
export const keyText = ({ plugin, instance, trial }: InstanceKey): string =>
  `${plugin}/${instance}${trial === undefined ? "" : `#${trial}`}`;

/** Who acts when a plugin asks something of the platform. The channel says which plugin that is, never the request (threat 37). */
export const pluginContext = ({ plugin, instance }: InstanceKey): CallContext => ({
  actor: { id: `plugin:${plugin}/${instance}` },
  purpose: "TREAT",
});
