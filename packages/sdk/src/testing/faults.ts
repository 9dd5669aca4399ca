import { errorCatalogue, HilumError, pluginMethods, type ErrorCode, type PluginMethod } from "@hilum/contract";
import type { Grant } from "@hilum/policy";
import type { PeerCall } from "../protocol/served-call.ts";

/** What a plugin asks of the host and waits for. */
export type FaultyMethod = Exclude<PluginMethod, "log">;

export interface RefusalOptions {
  /** Of `http.fetch` alone: whether the request may have gone out before it was refused. Default `no`. */
  sent?: "no" | "maybe";
  retryAfterMs?: number;
}

/**
 * Faults that a test plants, so that a plugin meets on its table what it will meet in a clinic. Each of `hang`, `refuse` and
 * `dropLinkAt` strikes once, at the plugin's next request of that method; several at one method strike one after another.
 * A fault that could not strike throws `request.invalid`, so that no test passes by a slip of the pen.
 */
export interface Faults {
  /** The host does not answer: the call in hand runs to its deadline. */
  hang(method: FaultyMethod): void;
  /** The host answers with an error of the catalogue, such as `lane.full` or `provider.timeout`. */
  refuse(method: FaultyMethod, code: ErrorCode, options?: RefusalOptions): void;
  /** An operator takes the grant back: from now on the scope, as the manifest spells it, is denied. */
  deny(scope: string): void;
  /** The link breaks now: what is in flight ends as unknown, and nothing more is answered. */
  dropLink(): void;
  /** The link breaks when the plugin asks next. */
  dropLinkAt(method: FaultyMethod): void;
}

export interface PlantedFaults {
  faults: Faults;
  /** Called by the host for each request of the plugin, before it is decided. */
  strike(method: FaultyMethod, call: PeerCall): Promise<void>;
}

type Strike = (call: PeerCall) => void | Promise<void>;

export interface FaultsOptions {
  /** Those that the host decides by: `deny` takes out of them. */
  grants: Grant[];
  /** Breaks the link without a word. */
  drop(): void;
  /** Called when a grant is gone: what is under way there is cut, as the real host cuts it. */
  onDenied(): void;
}

export function createFaults({ grants, drop, onDenied }: FaultsOptions): PlantedFaults {
  const planted = new Map<FaultyMethod, Strike[]>();

  function plant(method: FaultyMethod, strike: Strike): void {
    if (!isFaulty(method))
      throw invalid(`A plugin asks for no answer to ${String(method)}; there are ${faultyMethods.join(", ")}`);
    planted.set(method, [...(planted.get(method) ?? []), strike]);
  }

  return {
    faults: {
      hang: (method) => plant(method, hang),
      refuse: (method, code, options = {}) => plant(method, refusal(method, code, options)),
      deny(scope) {
        const kept = grants.filter((grant) => grant.scope !== scope);
        if (kept.length === grants.length)
          throw invalid(`There is no grant for ${scope}, so it cannot be taken back: give it in \`grants\``);
        grants.splice(0, grants.length, ...kept);
        onDenied();
      },
      dropLink: drop,
      dropLinkAt: (method) =>
        plant(method, async (call) => {
          drop();
          await hang(call);
        }),
    },
    async strike(method, call) {
      await planted.get(method)?.shift()?.(call);
    },
  };
}

/** Until the plugin gives its request up, or the link ends: nobody waits for what is answered then. */
function hang({ signal }: PeerCall): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new HilumError("plugin.killed"));
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return promise;
}

function refusal(method: FaultyMethod, code: ErrorCode, { sent, retryAfterMs }: RefusalOptions): Strike {
  if (!Object.hasOwn(errorCatalogue, code)) throw invalid(`The catalogue knows no error ${String(code)}`);
  // Every failed request to a provider says whether it may have gone out; the other lanes send nothing.
  const outward = method === "http.fetch";
  if (!outward && sent !== undefined) throw invalid(`${method} sends nothing, so its refusal has no \`sent\``);
  return () => {
    throw new HilumError(code, {
      ...(outward ? { sent: sent ?? "no" } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  };
}

const isFaulty = (method: string): method is FaultyMethod =>
  Object.hasOwn(pluginMethods, method) && !pluginMethods[method as PluginMethod].notification;

const faultyMethods: readonly string[] = Object.keys(pluginMethods).filter(isFaulty);

const invalid = (detail: string): HilumError => new HilumError("request.invalid", { detail });
