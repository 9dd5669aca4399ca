import type { Submission } from "@hilum/contract/api";
import type { Metadata, Targets } from "@hilum/marketplace/sign";
import type { MarketplaceEntry } from "@hilum/store";

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
