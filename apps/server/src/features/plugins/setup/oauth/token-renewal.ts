import { HilumError, type SetupStep } from "@hilum/contract";
import type { InstanceKey } from "@hilum/store";
import { redactText, spellingsOf } from "../redact-rows.ts";
import { filled } from "./authorization.ts";
import type { AskTokenEndpoint } from "./token-endpoint.ts";
import { readTokenAnswer, type TokenSet } from "./token-set.ts";

/** A step that brings a token set, and the secret that holds it. */
export type SignInStep = SetupStep & { into: string };

/** Where a token set is kept while it is used: with the settings that are saved, or in a setup that is not finished. */
export interface TokenPlace {
  key: InstanceKey;
  step: SignInStep;
  /** The same for everybody who would renew this set. */
  name: string;
  /** True while a person tries something out: nothing need be granted yet, and a refusal is asked for again. */
  trial: boolean;
  /** Undefined where nobody has signed in. `keep` stores, sealed, what a renewal brought. */
  read(): Promise<{ tokens: TokenSet; keep(renewed: TokenSet): Promise<void> } | undefined>;
  /** What fills the step's addresses and its client. */
  settings(): Promise<Readonly<Record<string, unknown>>>;
  /** Takes note that the provider refused for good, and of its words without secrets. */
  refuse(reply: string): Promise<void>;
}

export interface TokenRenewal {
  /**
   * A token set that does not end on the way, renewed where it would. Throws `oauth.not_signed_in`, `oauth.expired` when the
   * provider refuses for good, and `provider.temporary` when it does so for the moment.
   */
  fresh(place: TokenPlace): Promise<TokenSet>;
}

/** A token that ends within a minute may end on the way. */
const marginMs = 60_000;
/** How long a refusal holds: a provider is not asked at every call for what it has refused. */
const refusedMs = 60_000;

export function createTokenRenewal({
  ask,
  now = () => new Date(),
}: {
  ask: AskTokenEndpoint;
  now?: () => Date;
}): TokenRenewal {
  /** One renewal at a time: a refresh token is often good for one use (RFC 9700 section 4.14). */
  const renewing = new Map<string, Promise<TokenSet>>();
  /** Token sets that the provider refused to renew. Another set is asked for at once. */
  const refused = new Map<string, { obtainedAt: string; untilMs: number }>();

  async function renew(place: TokenPlace): Promise<TokenSet> {
    const kept = await place.read();
    if (kept === undefined) throw new HilumError("oauth.not_signed_in");
    const { tokens } = kept;
    if (isFresh(tokens, now())) return tokens;
    const before = place.trial ? undefined : refused.get(place.name);
    if (before?.obtainedAt === tokens.obtainedAt && before.untilMs > now().getTime())
      throw new HilumError("oauth.expired");
    if (tokens.refreshToken === undefined) {
      await place.refuse("The sign-in has ended, and there is no refresh token");
      throw new HilumError("oauth.expired");
    }
    const { answer, secret } = await exchange(place, tokens.refreshToken);
    if (!answer.ok) {
      if (!isLasting(answer.error))
        throw new HilumError("provider.temporary", {
          detail: `The provider did not renew the sign-in: ${answer.error}`,
        });
      refused.set(place.name, { obtainedAt: tokens.obtainedAt, untilMs: now().getTime() + refusedMs });
      const words = [answer.error, answer.description].filter((text) => text !== undefined).join(": ");
      await place.refuse(redactText(words, spellingsOf([tokens.refreshToken, secret].filter((text) => text !== ""))));
      throw new HilumError("oauth.expired");
    }
    const renewed: TokenSet = { refreshToken: tokens.refreshToken, ...answer.tokens };
    await kept.keep(renewed);
    return renewed;
  }

  async function exchange({ key, step, trial, settings: open }: TokenPlace, refreshToken: string) {
    const settings = await open();
    const { url, scope } = filled(step.tokenUrl, settings);
    const [id, secret] = [textOf(settings, step.clientId), textOf(settings, step.clientSecret)];
    const said = await ask(key, {
      ...{ step: step.id, url: url.href, scope, trial },
      client: { id, ...(secret === "" ? {} : { secret }) },
      form: {
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        ...(secret === "" ? { client_id: id } : {}),
      },
    });
    return { answer: readTokenAnswer(said, now()), secret };
  }

  return {
    async fresh(place) {
      const kept = await place.read();
      if (kept !== undefined && isFresh(kept.tokens, now())) return kept.tokens;
      const running = renewing.get(place.name) ?? renew(place).finally(() => renewing.delete(place.name));
      renewing.set(place.name, running);
      return await running;
    },
  };
}

/** What cannot be renewed is used to its end. */
const isFresh = ({ expiresAt, refreshToken }: TokenSet, now: Date): boolean =>
  expiresAt === undefined || Date.parse(expiresAt) - now.getTime() > (refreshToken === undefined ? 0 : marginMs);

/** Errors that no repetition mends (RFC 6749 section 5.2). */
const isLasting = (error: string): boolean =>
  ["invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"].includes(error);

const textOf = (settings: Readonly<Record<string, unknown>>, name: string | undefined): string => {
  const value = name === undefined ? undefined : settings[name];
  return typeof value === "string" ? value : "";
};
