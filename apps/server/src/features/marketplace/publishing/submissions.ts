import { HilumError, type Actor, type Context } from "@hilum/contract";
import type { AnswerOf, BodyOf, OperationOf, QueryOf, Submission } from "@hilum/contract/api";
import type { Metadata, Targets } from "@hilum/marketplace/sign";
import type { Store } from "@hilum/store";
import { makeId } from "../../../make-id.ts";
import { checkSubmission } from "./check-submission.ts";
import { digestsOf, type OwnMarketplace } from "./own-marketplace.ts";
import {
  approvalsNeeded,
  createSubmissionRecords,
  presentSubmission,
  type SubmissionDocument,
  type SubmissionEntry,
} from "./submission.ts";

export interface SubmissionsService {
  /** Throws `publication.*`, `source.*`, `package.invalid`, `listing.invalid`. */
  submit(context: Context, wanted: BodyOf<OperationOf<"submitPublication">>): Promise<Submission>;
  list(query: QueryOf<OperationOf<"listSubmissions">>): Promise<AnswerOf<OperationOf<"listSubmissions">>>;
  /** Throws `approval.another_person`, `approval.wrong_state`, `approval.not_found`. */
  review(context: Context, id: string, review: BodyOf<OperationOf<"reviewSubmission">>): Promise<Submission>;
  withdraw(context: Context, id: string): Promise<Submission>;
  waiting(): Promise<number>;
  /** Digests of the files of those that are under way. */
  digestsUnderWay(): Promise<ReadonlySet<string>>;
  approved(): Promise<{ id: string; publisher: string; publication: Metadata<Targets> }[]>;
  /** Marks those that came in with a state of the marketplace; the same again changes nothing. */
  notePublished(ids: readonly string[], at: string): Promise<void>;
}

/** What is handed in for an organisation's own marketplace, and who decides about it. Acts are called one at a time. */
export function createSubmissionsService({
  store,
  own,
}: {
  store: Pick<Store, "marketplace" | "tokens">;
  own: OwnMarketplace;
}): SubmissionsService {
  const { load, keep, inStates } = createSubmissionRecords(store);
  const personOf = async (actor: Actor): Promise<string> => await findPerson(store.tokens, actor);

  return {
    async submit(context, wanted) {
      const { kind, publisher, plugin, version, reason } = wanted;
      const publication = wanted.publication as unknown as Metadata<Targets>;
      const state = await own.read();
      if (state === undefined)
        throw new HilumError("source.not_found", {
          detail: "There is no marketplace here yet. Its keeper makes it under Marketplace, Publish.",
        });
      const underWay = (await inStates(["waiting", "approved"])).find(
        ({ document }) => document.publisher === publisher,
      );
      if (underWay !== undefined) throw new HilumError("publication.in_progress");
      const why = reason === undefined ? {} : { reason };
      const { name, digest } = await checkSubmission(
        state.repository,
        { kind, publisher, plugin, version, publication, ...why },
        own,
        context.now(),
      );
      const at = context.now();
      const document: SubmissionDocument = {
        ...{ kind, publisher, name, version, publication, ...why },
        ...(digest === undefined ? {} : { digest }),
        ...{ submittedAt: at.toISOString(), submittedBy: context.actor.id, person: await personOf(context.actor) },
        reviews: [],
      };
      const id = makeId(at.getTime());
      return presentSubmission(
        await keep({ ...{ kind: "submission", id, subject: plugin, state: "waiting", rowVersion: 0 }, document }),
      );
    },
    async list({ state, ...page }) {
      const { items, next } = await store.marketplace.list<SubmissionDocument>("submission", {
        ...page,
        ...(state === undefined ? {} : { states: [state] }),
      });
      return { items: items.map(presentSubmission), ...(next === undefined ? {} : { next }) };
    },
    review: async (context, id, review) =>
      presentSubmission(await keep(decide(await load(id), { ...review, by: context.actor.id }, context.now()))),
    async withdraw(context, id) {
      const entry = await load(id);
      if ((await personOf(context.actor)) !== entry.document.person)
        throw new HilumError("approval.another_person", {
          detail: "Who handed it in withdraws it; others reject it, with a note.",
        });
      if (entry.state !== "waiting" && entry.state !== "approved") throw new HilumError("approval.wrong_state");
      return presentSubmission(await keep({ ...entry, state: "withdrawn" }));
    },
    digestsUnderWay: async () =>
      new Set(
        (await inStates(["waiting", "approved"])).flatMap(({ document: { publication } }) => digestsOf(publication)),
      ),
    waiting: async () => (await inStates(["waiting"])).length,
    approved: async () =>
      (await inStates(["approved"])).map(({ id, document: { publisher, publication } }) => ({
        ...{ id, publisher, publication },
      })),
    async notePublished(ids, at) {
      for (const id of ids) {
        const entry = await load(id);
        if (entry.state === "approved")
          await keep({ ...entry, state: "published", document: { ...entry.document, publishedAt: at } });
      }
    },
  };
}

/** Who made a token could else approve with a session of their own what the token handed in. */
async function findPerson(tokens: Store["tokens"], actor: Actor): Promise<string> {
  if (actor.kind !== "token") return actor.id;
  const token = (await tokens.list()).find(({ id }) => id === actor.token);
  if (token === undefined) throw new HilumError("request.unauthenticated");
  return token.createdBy;
}

/** What one more decision makes of a submission. */
function decide(
  entry: SubmissionEntry,
  { by, decision, note }: BodyOf<OperationOf<"reviewSubmission">> & { by: string },
  now: Date,
): SubmissionEntry {
  const { document } = entry;
  if (document.person === by || document.submittedBy === by)
    throw new HilumError("approval.another_person", { detail: "Who hands something in does not decide about it." });
  // A refusal ends it also after the second approval, as long as nothing was published: who handed it in may be gone.
  const open = entry.state === "waiting" || (entry.state === "approved" && decision === "reject");
  if (!open) throw new HilumError("approval.wrong_state");
  if (decision === "approve" && document.reviews.some((one) => one.by === by))
    throw new HilumError("approval.another_person", { detail: "You have decided already. Two people have to." });
  const reviews = [...document.reviews, { by, at: now.toISOString(), decision, note }];
  const enough = reviews.filter((one) => one.decision === "approve").length >= approvalsNeeded;
  const state = decision === "reject" ? "rejected" : enough ? "approved" : "waiting";
  return { ...entry, state, document: { ...document, reviews } };
}
