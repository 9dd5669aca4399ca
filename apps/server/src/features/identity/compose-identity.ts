import type { Actor } from "@hilum/contract";
import type { PlatformSettings } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import type { Credentials } from "../../http/authentication.ts";
import { createAccountService } from "./account.ts";
import { createBootstrapService } from "./bootstrap.ts";
import { createPasswords } from "./passwords.ts";
import { createIdentityHandlers } from "./routes.ts";
import { createSessionsService } from "./sessions.ts";
import { createThrottle } from "./throttle.ts";
import { createTokensService, createUsersService } from "./users.ts";

/** People, their sessions, and tokens of programs. */
export interface IdentityFeature {
  handlers: ReturnType<typeof createIdentityHandlers>;
  credentials: Credentials;
  /** Whether the session or token of an actor still holds. */
  holds(actor: Actor): Promise<boolean>;
  issueSetupCode(): Promise<string | undefined>;
}

export function composeIdentity({
  store,
  platformSettings,
}: {
  store: Store;
  platformSettings(): Promise<PlatformSettings>;
}): IdentityFeature {
  const passwords = createPasswords();
  const throttle = createThrottle(store.sessions);
  const bootstrap = createBootstrapService({ store, passwords, throttle });
  const sessions = createSessionsService({ store, passwords, throttle });
  const tokens = createTokensService({ store });
  return {
    handlers: createIdentityHandlers({
      bootstrap,
      sessions,
      account: createAccountService({ store, passwords }),
      users: createUsersService({ store, passwords }),
      tokens,
      platformSettings,
    }),
    credentials: { session: (token) => sessions.resolve(token), apiToken: (token) => tokens.resolve(token) },
    holds: async (actor) =>
      actor.kind === "user" ? await sessions.holds(actor) : actor.kind === "token" && (await tokens.holds(actor)),
    issueSetupCode: () => bootstrap.issueCode(),
  };
}
