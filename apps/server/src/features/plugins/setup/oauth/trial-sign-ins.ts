import { isHilumError, type Context } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import type { InstanceKey, Store } from "@hilum/store";
import { loadInstance } from "../../load-instance.ts";
import type { SettingsService } from "../../settings.ts";
import { readSession, type Session } from "../session.ts";
import { describeThrown } from "./sign-in-faults.ts";
import { savedPlace, signInSteps } from "./token-keeper.ts";
import type { SignInStep, TokenPlace, TokenRenewal } from "./token-renewal.ts";
import { parseTokenSet } from "./token-set.ts";

/** A setup whose answers are tried. */
export interface SetupInHand {
  session: Session;
  /** Changes the setup as it is stored, at once, and the one in hand with it. */
  amend(work: (session: Session) => void): Promise<void>;
}

/** The sign-ins of a trial: renewed as those of a running instance are, before anything is tried with them. */
export interface TrialSignIns {
  /** A row for each that does not hold any more, with the provider's words; none where all do. */
  renew(context: Context, key: InstanceKey, setup?: SetupInHand): Promise<Evidence[]>;
}

type Parts = { store: Store; settings: SettingsService; renewal: TokenRenewal };

export function createTrialSignIns({ store, settings, renewal }: Parts): TrialSignIns {
  /** The token set that a sign-in has brought to a setup which is not finished. */
  function draftPlace({ plugin, instance }: InstanceKey, step: SignInStep, setup: SetupInHand): TokenPlace {
    const key = { plugin, instance };
    return {
      ...{ key, step, trial: true },
      name: `${plugin}/${instance}/${step.id} in setup`,
      async read() {
        // As it is stored: somebody else who tries the same setup may have renewed it meanwhile.
        const row = await store.setup.find(key);
        const secret = row === undefined ? undefined : readSession(row.session).secrets[step.into];
        const tokens = parseTokenSet(secret ?? undefined);
        if (tokens === undefined) return undefined;
        const keep = async (renewed: typeof tokens): Promise<void> => {
          await setup.amend(({ secrets }) => void (secrets[step.into] = JSON.stringify(renewed)));
        };
        return { tokens, keep };
      },
      settings: () => settings.tentative(key, { values: setup.session.values, secrets: setup.session.secrets }),
      refuse: () => setup.amend(({ secrets }) => void delete secrets[step.into]),
    };
  }

  async function renewOne(context: Context, place: TokenPlace, setup?: SetupInHand): Promise<Evidence[]> {
    const { step } = place;
    let reply = "";
    const refuse = async (words: string): Promise<void> => {
      reply = words;
      await place.refuse(words);
    };
    try {
      await renewal.fresh({ ...place, refuse });
      return [];
    } catch (error) {
      if (!isHilumError(error) || error.code === "audit.blocked") throw error;
      // Nobody has signed in: that is for the plugin to tell, which may be able to do without.
      if (error.code === "oauth.not_signed_in") return [];
      const id = `sign-in:${step.id}`.slice(0, 100);
      const title = "The sign-in at the provider holds";
      if (error.code !== "oauth.expired") return [{ ...describeThrown(error), id, title }];
      const row = { ...ended(reply), id, title, field: `/${step.into}` };
      await setup?.amend((session) => {
        const came = { at: context.now().toISOString(), by: context.actor.id };
        session.signIns[step.id] = { ...came, problem: row };
        session.done = session.done.filter((done) => done !== step.id);
      });
      return [row];
    }
  }

  return {
    async renew(context, key, setup) {
      const { manifest } = await loadInstance(store, key);
      const rows: Evidence[] = [];
      for (const step of signInSteps(manifest)) {
        const brought = setup?.session.secrets[step.into];
        // Forgotten with the account that it was made with.
        if (brought === null) continue;
        const place =
          setup === undefined || brought === undefined
            ? savedPlace(store, key, step, { trial: true })
            : draftPlace(key, step, setup);
        rows.push(...(await renewOne(context, place, setup)));
      }
      return rows;
    },
  };
}

const ended = (reply: string): Pick<Evidence, "status" | "cause" | "detail" | "fix" | "reply"> => ({
  status: "failed",
  cause: "wrong_credential",
  detail: "The provider does not accept it any more.",
  fix: "Sign in at the provider once more.",
  ...(reply === "" ? {} : { reply }),
});
