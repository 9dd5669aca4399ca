import { HilumError } from "@hilum/contract";
import type { Submission } from "@hilum/contract/api";
import type { Metadata, Targets } from "@hilum/marketplace/sign";
import type { MarketplaceEntry, Store } from "@hilum/store";

/** How many people other than who handed it in have to approve. */
export const approvalsNeeded = 2;

/** A submission as it is kept. */
export interface SubmissionDocument extends Omit<
  Submission,
  "id" | "plugin" | "state" | "publication" | "approvalsNeeded"
> {
  publication: Metadata<Targets>;
  /** The person behind `submittedBy`: of a token, whoever made it. */
  person: string;
}

export type SubmissionEntry = MarketplaceEntry<SubmissionDocument>;

export function presentSubmission({ id, subject, state, document }: SubmissionEntry): Submission {
  const { person: _person, publication, ...rest } = document;
  return {
    ...rest,
    ...{ id, plugin: subject, state: state as Submission["state"], approvalsNeeded },
    publication: publication as unknown as Submission["publication"],
  };
}

/** Submissions where they are kept. */
export interface SubmissionRecords {
  /** Throws `approval.not_found`. */
  load(id: string): Promise<SubmissionEntry>;
  /** Throws `request.conflict`. */
  keep(entry: SubmissionEntry): Promise<SubmissionEntry>;
  inStates(states: readonly Submission["state"][]): Promise<SubmissionEntry[]>;
}

export function createSubmissionRecords({ marketplace }: Pick<Store, "marketplace">): SubmissionRecords {
  return {
    async load(id) {
      const entry = await marketplace.find<SubmissionDocument>("submission", id);
      if (entry === undefined) throw new HilumError("approval.not_found", { detail: "There is no such submission." });
      return entry;
    },
    keep: async (entry) => await marketplace.put<SubmissionDocument>(entry),
    async inStates(states) {
      const found: SubmissionEntry[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await marketplace.list<SubmissionDocument>("submission", {
          ...{ states, limit: 200 },
          ...(cursor === undefined ? {} : { cursor }),
        });
        found.push(...page.items);
        if (page.next === undefined) return found;
        cursor = page.next;
      }
    },
  };
}
