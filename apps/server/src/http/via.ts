import { checkPluginId, HilumError, isInstanceId, type Actor } from "@hilum/contract";
import type { IncomingHttpHeaders } from "node:http";

/** Names the plugin whose page asked for a call that the console makes with the person's own session. */
export const viaHeader = "x-hilum-via";

/** What the audit log takes as a token. */
const lengthMax = 128;

/**
 * The `via` of the audit entry: `plugin:{plugin}/{instance}`. It gives no right and takes none; it says that a page had the
 * idea. Only a signed-in person has pages.
 */
export function readVia(headers: IncomingHttpHeaders, actor: Actor): string | undefined {
  const value = headers[viaHeader];
  if (value === undefined) return undefined;
  const [plugin = "", instance = "", ...rest] = String(value).split("/");
  const via = `plugin:${plugin}/${instance}`;
  const named = rest.length === 0 && isPluginId(plugin) && isInstanceId(instance) && via.length <= lengthMax;
  if (actor.kind !== "user" || !named)
    throw new HilumError("request.invalid", { detail: `The header ${viaHeader} names no plugin and instance.` });
  return via;
}

/** Plugins that come with Hilum have reserved ids, and pages too. */
const isPluginId = (id: string): boolean => checkPluginId(id, { included: true }) === undefined;
