import { timingSafeEqual } from "node:crypto";
import { HilumError, isHilumError, type Context, type SetupStep } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import type { InstanceKey, JsonObject, SignInRequest, Store } from "@hilum/store";
import type { SettingsService } from "../../settings.ts";
import { forgetChecks, settle } from "../session.ts";
import type { OpenSetup, SetupService } from "../setup.ts";
import { beginAuthorization, hashOf, isFromIssuer, randomToken, type PendingExchange } from "./authorization.ts";
import { describeRefusal, describeThrown, describeMissingScopes } from "./sign-in-faults.ts";
import { exchangeForm, type AskTokenEndpoint } from "./token-endpoint.ts";
import { missingScopes, readTokenAnswer, type TokenSet } from "./token-set.ts";

/** What a provider's page sends back with the browser (RFC 6749 section 4.1.2, RFC 9207). */
export interface ProviderAnswer {
  state?: string | undefined;
  code?: string | undefined;
  error?: string | undefined;
  error_description?: string | undefined;
  iss?: string | undefined;
}

export interface SignInService {
  /** `browser` ties the answer to the browser that began it; a new one is made where there is none. */
  start(
    context: Context,
    key: InstanceKey,
    step: string,
    browser: string | undefined,
  ): Promise<{ address: string; until: string; browser: string }>;
  /**
   * Takes what the provider answered. A state is good for one answer, from the browser that began it. Throws
   * `oauth.state_unknown` otherwise; every other failure is kept in the setup, where the person reads it.
   */
  finish(
    context: Context,
    answer: ProviderAnswer,
    browser: string | undefined,
  ): Promise<InstanceKey & { step: string; by: string }>;
  /** The same for the address that somebody who is signed in here copied by hand. */
  enter(context: Context, key: InstanceKey, step: string, address: string): Promise<void>;
}

type Parts = {
  store: Store;
  settings: SettingsService;
  setup: SetupService;
  ask: AskTokenEndpoint;
  redirectUri(): string;
};

/** How long a person may take at the provider. */
const waitMs = 10 * 60_000;

export function createSignInService({ store, settings, setup, ask, redirectUri }: Parts): SignInService {
  async function take(state: string | undefined): Promise<SignInRequest> {
    const request = state === undefined || state === "" ? undefined : await store.signIns.take(hashOf(state));
    if (request === undefined) throw new HilumError("oauth.state_unknown");
    return request;
  }

  /** What came of it, kept in the setup. */
  async function keep(context: Context, request: SignInRequest, answer: ProviderAnswer): Promise<void> {
    const pending = request.request as unknown as PendingExchange;
    const outcome = await exchange(context, request, pending, answer).catch((error: unknown) => {
      if (isHilumError(error) && error.code === "audit.blocked") throw error;
      return { problem: describeThrown(error) };
    });
    const came = { at: context.now().toISOString(), by: request.startedBy };
    await setup.change(context, request, (open) => {
      const step = open.steps.find(({ id }) => id === request.step);
      if (step?.into === undefined) throw new HilumError("oauth.state_unknown");
      note(open, step, outcome, came);
    });
  }

  async function exchange(
    context: Context,
    request: SignInRequest,
    pending: PendingExchange,
    answer: ProviderAnswer,
  ): Promise<Outcome> {
    if (!isFromIssuer(pending, answer.iss)) return { problem: describeThrown(new HilumError("oauth.issuer")) };
    if (answer.error !== undefined)
      return { problem: describeRefusal({ error: answer.error, description: answer.error_description }, []) };
    if (answer.code === undefined || answer.code === "")
      return { problem: describeRefusal({ error: "no_code", description: undefined }, []) };
    const step = await stepOf(context, request);
    const secret = await clientSecretOf(context, request, step);
    const reply = await ask(request, {
      step: request.step,
      url: pending.tokenUrl,
      scope: pending.scope,
      client: { id: pending.clientId, ...(secret === undefined ? {} : { secret }) },
      form: exchangeForm(pending, answer.code, secret !== undefined),
      trial: true,
    });
    const read = readTokenAnswer(reply, context.now());
    if (!read.ok)
      return {
        problem: describeRefusal(
          { error: read.error, description: read.description, ...fieldsOf(step) },
          [secret, answer.code, pending.verifier].filter((value) => value !== undefined),
        ),
      };
    const missing = missingScopes(pending.scopes, read.tokens);
    return { tokens: read.tokens, ...(missing.length === 0 ? {} : { problem: describeMissingScopes(missing) }) };
  }

  async function stepOf(context: Context, request: SignInRequest): Promise<SetupStep> {
    const { steps } = await setup.peek(context, request);
    const step = steps.find(({ id }) => id === request.step);
    if (step === undefined) throw new HilumError("oauth.state_unknown");
    return step;
  }

  async function clientSecretOf(
    context: Context,
    key: InstanceKey,
    { clientSecret }: SetupStep,
  ): Promise<string | undefined> {
    if (clientSecret === undefined) return undefined;
    const { session } = await setup.peek(context, key);
    const draft = await settings.tentative(key, { values: session.values, secrets: session.secrets });
    const value = draft[clientSecret];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  return {
    async start(context, key, stepId, browser = randomToken()) {
      const { steps, session } = await setup.peek(context, key);
      const step = steps.find(({ id }) => id === stepId);
      if (step === undefined || step.type !== "oauth2")
        throw new HilumError("request.not_found", { detail: "The setup has no such sign-in." });
      const draft = await settings.tentative(key, { values: session.values, secrets: session.secrets });
      const { address, state, pending } = beginAuthorization(step, draft, redirectUri());
      const now = context.now();
      const until = new Date(now.getTime() + waitMs).toISOString();
      await store.signIns.begin(hashOf(state), {
        plugin: key.plugin,
        instance: key.instance,
        step: stepId,
        browserHash: hashOf(browser),
        request: pending as unknown as JsonObject,
        startedAt: now.toISOString(),
        startedBy: context.actor.id,
        expiresAt: until,
      });
      return { address, until, browser };
    },
    async finish(context, answer, browser) {
      const request = await take(answer.state);
      if (browser === undefined || !isSame(hashOf(browser), request.browserHash))
        throw new HilumError("oauth.state_unknown");
      await keep(context, request, answer);
      return { plugin: request.plugin, instance: request.instance, step: request.step, by: request.startedBy };
    },
    async enter(context, key, step, address) {
      const answer = readAnswer(address);
      const request = await take(answer.state);
      if (request.plugin !== key.plugin || request.instance !== key.instance || request.step !== step)
        throw new HilumError("oauth.state_unknown");
      await keep(context, request, answer);
    },
  };
}

type Outcome = { tokens: TokenSet; problem?: Evidence } | { problem: Evidence };

function note(
  { session, steps }: OpenSetup,
  step: SetupStep,
  outcome: Outcome,
  came: { at: string; by: string },
): void {
  session.signIns[step.id] = { ...came, ...(outcome.problem === undefined ? {} : { problem: outcome.problem }) };
  if (!("tokens" in outcome) || step.into === undefined) return;
  session.secrets[step.into] = JSON.stringify(outcome.tokens);
  session.answered[step.id] = came;
  forgetChecks(session, steps, step);
  if (session.current === step.id) settle(session, steps, step, true);
  else session.done = [...new Set([...session.done, step.id])];
}

const fieldsOf = ({ clientId, clientSecret }: SetupStep) => ({
  ...(clientId === undefined ? {} : { clientIdField: `/${clientId}` }),
  ...(clientSecret === undefined ? {} : { clientSecretField: `/${clientSecret}` }),
});

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Reads the query of an address that was copied by hand; a parameter that stands there twice is worth nothing. */
function readAnswer(address: string): ProviderAnswer {
  const at = address.indexOf("?");
  const query = new URLSearchParams((at === -1 ? address : address.slice(at + 1)).split("#")[0]);
  const names = ["state", "code", "error", "error_description", "iss"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = query.getAll(name);
      return values.length === 1 ? [[name, values[0]]] : [];
    }),
  );
}
