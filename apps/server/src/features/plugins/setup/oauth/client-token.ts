import { createHash } from "node:crypto";
import { HilumError, isHilumError, type DestinationAuth } from "@hilum/contract";
import { redactText, spellingsOf } from "../redact-rows.ts";
import { filled } from "./authorization.ts";
import type { AskTokenEndpoint } from "./token-endpoint.ts";
import { readTokenAnswer, type TokenSet } from "./token-set.ts";

type Settings = Readonly<Record<string, unknown>>;
export type ClientCredentials = Extract<DestinationAuth, { type: "client_credentials" }>;

/** Who asks for a token of a destination. `trial`: a setup is tried out, and nothing need be granted yet. */
export interface TokenAsker {
  plugin: string;
  instance: string;
  trial?: string;
}

/** Tokens that the host gets for itself with a client's id and secret (RFC 6749 section 4.4). They are in memory alone. */
export interface ClientTokens {
  /**
   * A token that does not end on the way. Throws `provider.bad_credentials` when the provider refuses the client, with the
   * provider's words, and what a token endpoint that cannot be asked is.
   */
  token(asker: TokenAsker, destination: string, auth: ClientCredentials, settings: Settings): Promise<string>;
  /** The provider refused the token before its end: the next request asks for another one. */
  forget(asker: TokenAsker, destination: string): void;
}

/** A token that ends within this time may end on the way. */
const marginMs = 30_000;
/** How long a refusal holds: a provider is not asked at every call for what it has refused. */
const refusedMs = 30_000;

interface Kept {
  /** Of everything that the token depends on: another client or scope asks anew. */
  of: string;
  tokens?: TokenSet;
  refusal?: { error: HilumError; untilMs: number };
  asking?: Promise<TokenSet>;
}

export function createClientTokens({
  ask,
  now = () => new Date(),
}: {
  ask: AskTokenEndpoint;
  now?: () => Date;
}): ClientTokens {
  const kept = new Map<string, Kept>();

  async function obtain(asker: TokenAsker, destination: string, client: Client): Promise<TokenSet> {
    const { url, address, id, secret, scope } = client;
    const said = await ask(asker, {
      ...{ step: destination, url, scope: address, trial: asker.trial !== undefined, client: { id, secret } },
      form: { grant_type: "client_credentials", ...(scope === "" ? {} : { scope }) },
    });
    const answer = readTokenAnswer(said, now());
    if (answer.ok) return answer.tokens;
    const { error, description } = answer;
    const words = [error, description].filter((text) => text !== undefined).join(": ");
    const reply = redactText(words, spellingsOf([secret]));
    if (error === "invalid_scope")
      throw new HilumError("provider.bad_credentials", {
        detail: `The token endpoint gives this client no token for these scopes: ${reply}`,
      });
    if (["invalid_client", "unauthorized_client", "invalid_grant", "access_denied"].includes(error))
      throw new HilumError("provider.bad_credentials", {
        detail: `The token endpoint refuses the client's id or secret: ${reply}`,
      });
    throw new HilumError(said.status >= 500 || said.status === 429 ? "provider.temporary" : "provider.bad_answer", {
      detail: `The token endpoint gave no token: ${reply}`,
    });
  }

  async function renew(one: Kept, asker: TokenAsker, destination: string, client: Client): Promise<TokenSet> {
    try {
      one.tokens = await obtain(asker, destination, client);
      delete one.refusal;
      return one.tokens;
    } catch (error) {
      // What a person mends in a setup is asked for again at once.
      if (asker.trial === undefined && isHilumError(error) && error.code === "provider.bad_credentials")
        one.refusal = { error, untilMs: now().getTime() + refusedMs };
      throw error;
    } finally {
      delete one.asking;
    }
  }

  return {
    async token(asker, destination, auth, settings) {
      const client = clientOf(auth, settings);
      const name = nameOf(asker, destination);
      const found = kept.get(name);
      const one: Kept = found?.of === client.of ? found : { of: client.of };
      if (asker.trial === undefined) kept.set(name, one);
      if (one.tokens !== undefined && isFresh(one.tokens, now())) return one.tokens.accessToken;
      if (one.refusal !== undefined && one.refusal.untilMs > now().getTime()) throw one.refusal.error;
      one.asking ??= renew(one, asker, destination, client);
      return (await one.asking).accessToken;
    },
    forget: (asker, destination) => void kept.delete(nameOf(asker, destination)),
  };
}

interface Client {
  of: string;
  url: string;
  /** `net:https` scope that leads to the token endpoint. */
  address: string;
  id: string;
  secret: string;
  scope: string;
}

function clientOf(auth: ClientCredentials, settings: Settings): Client {
  const { url, scope: address } = filled(auth.tokenUrl, settings);
  const need = (name: string): string => {
    const value = textOf(settings, name);
    if (value !== "") return value;
    throw new HilumError("provider.bad_credentials", { detail: `The setting ${name} is not set.` });
  };
  const [id, secret, scope] = [need(auth.clientId), need(auth.clientSecret), textOf(settings, auth.scope)];
  const of = createHash("sha256")
    .update(JSON.stringify([url.href, id, secret, scope]))
    .digest("hex");
  return { of, url: url.href, address, id, secret, scope };
}

const nameOf = ({ plugin, instance }: TokenAsker, destination: string): string =>
  `${plugin}/${instance} ${destination}`;

/** A provider that does not say how long a token lives is asked again when it refuses it. */
const isFresh = ({ expiresAt }: TokenSet, now: Date): boolean =>
  expiresAt === undefined || Date.parse(expiresAt) - now.getTime() > marginMs;

function textOf(settings: Settings, name: string | undefined): string {
  const value = name !== undefined && Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === "string" ? value.trim() : "";
}
