import { HilumError, type Context, type Problem } from "@hilum/contract";
import {
  channelOf,
  checkMessage,
  contactPoints,
  idempotencyKeyOf,
  isTestMessage,
  loadValidator,
  maskContact,
  messageText,
  presentIssues,
  type Validator,
} from "@hilum/contract/fhir";
import type { MessageRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { isRecordBlob } from "../records/stored-content.ts";

type Communication = Parameters<typeof channelOf>[0];

export interface AcceptRequest {
  communication: object;
  /** From the Idempotency-Key header; else the message's own identifier is used. */
  idempotencyKey?: string | undefined;
  /** The dead or uncertain message that this one corrects. */
  replaces?: string;
}

export interface AcceptedMessage {
  row: MessageRow;
  created: boolean;
}

/** Judges and stores messages. Once `accept` resolves the message survives any crash and will be tried. */
export interface MessageAcceptance {
  accept(context: Context, request: AcceptRequest): Promise<AcceptedMessage>;
}

type Parts = { store: Pick<Store, "messages">; testMode(): boolean; /** There is work now. */ wake(): void };

export function createMessageAcceptance({ store, testMode, wake }: Parts): MessageAcceptance {
  return {
    async accept(context, { communication: given, idempotencyKey, replaces }) {
      const communication = { status: "preparation", ...given } as Communication;
      judge(communication, await loadValidator("compiled"));
      const labelled = isTestMessage(communication);
      if (labelled) refusePatient(communication);
      const test = labelled || testMode();
      const id = makeId(context.now().getTime());
      const channel = channelOf(communication);
      if (channel === undefined) throw new HilumError("message.invalid");
      const [first, ...more] = contactPoints(communication);
      const key = idempotencyKey ?? idempotencyKeyOf(communication);
      const attachments = messageText(communication).attachments.map(({ url }) => url.replace(/^Binary\//, ""));
      if (attachments.some(isRecordBlob)) throw new HilumError("blob.not_found");
      const createdAt = context.now().toISOString();
      const recipientMasked = maskContact(first?.value ?? "");
      const accepted = await store.messages.accept({
        id,
        channel,
        body: JSON.stringify(communication),
        recipientMasked,
        moreRecipients: more.length,
        testMode: test,
        createdAt,
        createdBy: context.actor.id,
        ...(key === undefined ? {} : { idempotency: { scope: context.actor.id, key } }),
        ...(attachments.length === 0 ? {} : { attachments }),
        ...(replaces === undefined ? {} : { replaces }),
      });
      if (accepted.outcome === "existing") return { row: await existing(store, accepted.id), created: false };
      wake();
      return {
        row: {
          id,
          channel,
          state: "queued",
          testMode: test,
          createdAt,
          updatedAt: createdAt,
          createdBy: context.actor.id,
          recipientMasked,
          moreRecipients: more.length,
          attempts: 0,
          maybeSentTwice: false,
        },
        created: true,
      };
    },
  };
}

/** What a message must be, then what FHIR says: the first names mends in the words of messages. */
function judge(communication: unknown, validator: Validator): void {
  const problems = checkMessage(communication);
  if (problems.length > 0) throw invalid(problems);
  const issues = validator.validateResource(communication, "Communication");
  if (issues.length > 0) throw invalid(presentIssues(issues));
}

/** A test message may go where there is no agreement, so it must not be about anybody. */
function refusePatient({ subject }: Communication): void {
  if (subject === undefined) return;
  throw invalid([
    {
      pointer: "/subject",
      message: "a message that is labelled as a test names a patient",
      fix: "Take the patient out, or the label HTEST in /meta/security.",
    },
  ]);
}

function invalid(problems: readonly Problem[]): HilumError {
  const [first] = problems;
  return new HilumError("message.invalid", {
    detail:
      problems.length === 1 && first !== undefined
        ? `${first.pointer === "" ? "The message" : first.pointer}: ${first.message}`
        : `${problems.length} places of the message need a correction.`,
    problems,
  });
}

async function existing(store: Pick<Store, "messages">, id: string): Promise<MessageRow> {
  const row = await store.messages.find(id);
  if (row === undefined) throw new HilumError("message.not_found");
  return row;
}
