import { HilumError, type SetupStep } from "@hilum/contract";
import type { SetupSignIn } from "@hilum/contract/api";
import type { InstanceKey, SignIns } from "@hilum/store";
import type { Session } from "../session.ts";

/** Where the sign-ins of a setup stand. */
export interface SignInStates {
  present(key: InstanceKey, steps: readonly SetupStep[], session: Session): Promise<Record<string, SetupSignIn>>;
  /** The step is answered by a sign-in, this one or a saved one; throws `oauth.not_signed_in` without. */
  settle(step: SetupStep, session: Session, stored: readonly string[]): void;
}

export function createSignInStates(parts: { signIns: SignIns; redirectUri(): string }): SignInStates {
  const { signIns, redirectUri } = parts;
  return {
    async present(key, steps, session) {
      const shown = steps
        .filter(({ type }) => type === "oauth2")
        .map(async (step) => {
          const pending = await signIns.pending(key, step.id);
          return [step.id, presentOne(step, session, pending?.expiresAt, redirectUri())] as const;
        });
      return Object.fromEntries(await Promise.all(shown));
    },
    settle({ into = "", title }, session, stored) {
      if (typeof session.secrets[into] === "string") return;
      // In a renewed sign-in the saved one is what is to be replaced.
      if (session.mode !== "reauthenticate" && stored.includes(into) && session.secrets[into] !== null) return;
      throw new HilumError("oauth.not_signed_in", { detail: `Nobody has signed in yet: ${title}.` });
    },
  };
}

function presentOne(step: SetupStep, session: Session, until: string | undefined, redirectUri: string): SetupSignIn {
  const came = session.signIns[step.id];
  const granted = typeof session.secrets[step.into ?? ""] === "string";
  const host = hostIn(step.authorizeUrl ?? "");
  const state =
    until !== undefined ? "waiting" : granted ? "granted" : came?.problem !== undefined ? "refused" : "none";
  return {
    state,
    redirectUri,
    scopes: [...(step.scopes ?? [])],
    ...(host === undefined ? {} : { host }),
    ...(until === undefined ? {} : { until }),
    ...(came?.problem === undefined ? {} : { problem: came.problem }),
    ...(granted && came !== undefined ? { grantedAt: came.at, grantedBy: came.by } : {}),
  };
}

/** The host of an address, unless a setting decides it. */
const hostIn = (address: string): string | undefined => /^https:\/\/([^/:?{}]+)/.exec(address)?.[1];
