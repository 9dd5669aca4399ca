import { HilumError, type Manifest } from "@hilum/contract";
import type { InstanceKey, Store } from "@hilum/store";
import { loadInstance, openSettings } from "../../load-instance.ts";
import type { SignInStep, TokenPlace, TokenRenewal } from "./token-renewal.ts";
import { parseTokenSet } from "./token-set.ts";

/** Keeps the token sets of instances fresh. */
export interface TokenKeeper {
  /**
   * The access token that a sign-in step has brought, renewed before it ends. Throws `oauth.not_signed_in`, and
   * `oauth.expired` when the provider no longer accepts the sign-in: then a Repair leads to a new one.
   */
  accessToken(key: InstanceKey, step: string): Promise<string>;
}

export function createTokenKeeper({ store, renewal }: { store: Store; renewal: TokenRenewal }): TokenKeeper {
  return {
    async accessToken(key, id) {
      const { manifest } = await loadInstance(store, key);
      const step = signInSteps(manifest).find((candidate) => candidate.id === id);
      if (step === undefined) throw new HilumError("oauth.not_signed_in");
      return (await renewal.fresh(savedPlace(store, key, step, { trial: false }))).accessToken;
    },
  };
}

/** The token set among an instance's secrets. A refusal becomes a Repair. */
export function savedPlace(
  store: Store,
  { plugin, instance }: InstanceKey,
  step: SignInStep,
  { trial }: { trial: boolean },
): TokenPlace {
  const key = { plugin, instance };
  return {
    ...{ key, step, trial },
    name: `${plugin}/${instance}/${step.id}`,
    async read() {
      const stored = await store.settings.secret(key, step.into);
      const tokens = parseTokenSet(stored?.value);
      if (stored === undefined || tokens === undefined) return undefined;
      return {
        tokens,
        async keep(renewed) {
          const value = JSON.stringify(renewed);
          await store.settings.renewSecret(key, step.into, { value, version: stored.version });
          await store.signIns.clearFault(key, step.id);
        },
      };
    },
    settings: async () => await openSettings(store, key, (await loadInstance(store, key)).manifest),
    refuse: (reply) =>
      store.signIns.reportFault({
        ...{ ...key, step: step.id, code: "oauth.expired", reply },
        since: new Date().toISOString(),
      }),
  };
}

export const signInSteps = ({ setup }: Manifest): SignInStep[] =>
  (setup?.steps ?? []).filter((step): step is SignInStep => step.type === "oauth2" && step.into !== undefined);

/** The access token of settings that are not saved: for a trial, whose sign-ins were renewed before it began. */
export function trialToken(manifest: Manifest, id: string, settings: Readonly<Record<string, unknown>>): string {
  const step = signInSteps(manifest).find((candidate) => candidate.id === id);
  const secret = step === undefined ? undefined : settings[step.into];
  const tokens = parseTokenSet(typeof secret === "string" ? secret : undefined);
  if (tokens === undefined) throw new HilumError("oauth.not_signed_in");
  return tokens.accessToken;
}
