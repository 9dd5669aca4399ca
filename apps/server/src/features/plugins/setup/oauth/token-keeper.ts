import { HilumError, type Manifest, type SetupStep } from "@hilum/contract";
import type { InstanceKey, Store } from "@hilum/store";
import { loadInstance, openSettings } from "../../load-instance.ts";
import { redactText, spellingsOf } from "../redact-rows.ts";
import { filled } from "./authorization.ts";
import type { AskTokenEndpoint } from "./token-endpoint.ts";
import { parseTokenSet, readTokenAnswer, type TokenSet } from "./token-set.ts";

/** Keeps the token sets of instances fresh. */
export interface TokenKeeper {
  /**
   * The access token that a sign-in step has brought, renewed before it ends. Throws `oauth.not_signed_in`, and
   * `oauth.expired` when the provider no longer accepts the sign-in: then a Repair leads to a new one.
   */
  accessToken(key: InstanceKey, step: string): Promise<string>;
}

type Parts = { store: Store; ask: AskTokenEndpoint; now?: () => Date };

/** A token that ends within a minute may end on the way. */
const marginMs = 60_000;
/** How long a refusal holds: a provider is not asked at every call for what it has refused. */
const refusedMs = 60_000;

export function createTokenKeeper({ store, ask, now = () => new Date() }: Parts): TokenKeeper {
  /** One renewal at a time: a refresh token is often good for one use (RFC 9700 section 4.14). */
  const renewing = new Map<string, Promise<string>>();
  /** Token sets that the provider refused to renew, by instance and step. Another set is asked for at once. */
  const refused = new Map<string, { version: number; untilMs: number }>();

  async function findStep(key: InstanceKey, id: string): Promise<SetupStep & { into: string }> {
    const { manifest } = await loadInstance(store, key);
    const step = manifest.setup?.steps.find((candidate) => candidate.id === id && candidate.type === "oauth2");
    if (step?.into === undefined) throw new HilumError("oauth.not_signed_in");
    return { ...step, into: step.into };
  }

  async function renew(key: InstanceKey, step: SetupStep & { into: string }): Promise<string> {
    const stored = await store.settings.secret(key, step.into);
    const tokens = parseTokenSet(stored?.value);
    if (stored === undefined || tokens === undefined) throw new HilumError("oauth.not_signed_in");
    if (isFresh(tokens, now())) return tokens.accessToken;
    const before = refused.get(nameOf(key, step.id));
    if (before?.version === stored.version && before.untilMs > now().getTime()) throw new HilumError("oauth.expired");
    const { refreshToken } = tokens;
    if (refreshToken === undefined)
      throw await fault(key, step, "The sign-in has ended, and there is no refresh token");
    const { manifest } = await loadInstance(store, key);
    const settings = await openSettings(store, key, manifest);
    const { url, scope } = filled(step.tokenUrl, settings);
    const [id, secret] = [textOf(settings, step.clientId), textOf(settings, step.clientSecret)];
    const answer = readTokenAnswer(
      await ask(key, {
        ...{ step: step.id, url: url.href, scope, trial: false },
        client: { id, ...(secret === "" ? {} : { secret }) },
        form: {
          grant_type: "refresh_token",
          refresh_token: refreshToken,
          ...(secret === "" ? { client_id: id } : {}),
        },
      }),
      now(),
    );
    if (!answer.ok) {
      const words = redactText(
        [answer.error, answer.description].filter((text) => text !== undefined).join(": "),
        spellingsOf([refreshToken, secret].filter((text) => text !== "")),
      );
      if (isLasting(answer.error)) {
        refused.set(nameOf(key, step.id), { version: stored.version, untilMs: now().getTime() + refusedMs });
        throw await fault(key, step, words);
      }
      throw new HilumError("provider.temporary", { detail: `The provider did not renew the sign-in: ${answer.error}` });
    }
    const renewed: TokenSet = { refreshToken, ...answer.tokens };
    await store.settings.renewSecret(key, step.into, { value: JSON.stringify(renewed), version: stored.version });
    await store.signIns.clearFault(key, step.id);
    return renewed.accessToken;
  }

  async function fault(key: InstanceKey, step: SetupStep, reply: string): Promise<HilumError> {
    const { plugin, instance } = key;
    await store.signIns.reportFault({
      ...{ plugin, instance, step: step.id, code: "oauth.expired", reply },
      since: now().toISOString(),
    });
    return new HilumError("oauth.expired");
  }

  return {
    async accessToken(key, id) {
      const step = await findStep(key, id);
      const tokens = parseTokenSet((await store.settings.secret(key, step.into))?.value);
      if (tokens === undefined) throw new HilumError("oauth.not_signed_in");
      if (isFresh(tokens, now())) return tokens.accessToken;
      const name = nameOf(key, id);
      const running = renewing.get(name) ?? renew(key, step).finally(() => renewing.delete(name));
      renewing.set(name, running);
      return await running;
    },
  };
}

/** The access token of settings that are not saved: for a trial. A sign-in of this hour needs no renewal. */
export function trialToken({ setup }: Manifest, id: string, settings: Readonly<Record<string, unknown>>): string {
  const step = setup?.steps.find((candidate) => candidate.id === id && candidate.type === "oauth2");
  const tokens = parseTokenSet(textOf(settings, step?.into));
  if (tokens === undefined) throw new HilumError("oauth.not_signed_in");
  return tokens.accessToken;
}

const nameOf = ({ plugin, instance }: InstanceKey, step: string): string => `${plugin}/${instance}/${step}`;

const isFresh = ({ expiresAt }: TokenSet, now: Date): boolean =>
  expiresAt === undefined || Date.parse(expiresAt) - now.getTime() > marginMs;

/** Errors that no repetition mends (RFC 6749 section 5.2). */
const isLasting = (error: string): boolean =>
  ["invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"].includes(error);

const textOf = (settings: Readonly<Record<string, unknown>>, name: string | undefined): string => {
  const value = name === undefined ? undefined : settings[name];
  return typeof value === "string" ? value : "";
};
