import { contactPoints, messageText } from "@hilum/contract/fhir";
import { patientsOf } from "@hilum/contract/search";
import type { Decision } from "@hilum/host";
import { isPart2, type ConsentDecision } from "@hilum/policy";
import type { DisclosureRow, InstanceKey, RecordRef, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { codeOfRefusal, part2Notice, type Consents, type ConsentSubject } from "../consent/consents.ts";
import { isAccountable } from "./account.ts";

type Communication = Parameters<typeof contactPoints>[0];

/** One attempt to hand a message to somebody outside. */
export interface Release {
  /** The message, with the notice of 42 CFR part 2 where it must go along. */
  communication: Record<string, unknown>;
  /** Asks the consents as they are when the call is decided; absent where the message is about nobody. */
  decide?: () => Promise<Decision>;
  /** It did not go out after all: it is no disclosure. */
  withdraw(): Promise<void>;
}

/**
 * What a message gives out about patients: the consents of each are asked, and it is in their accounting of disclosures before it
 * leaves, so that a crash in between leaves one too many and never one too few.
 */
export interface MessageReleases {
  begin(message: {
    id: string;
    attempt: number;
    to: InstanceKey;
    communication: Record<string, unknown>;
    /** It goes to somebody outside. */
    leaves: boolean;
  }): Promise<Release>;
}

type Parts = {
  store: Pick<Store, "disclosures" | "records" | "messages">;
  consents: Pick<Consents, "decide">;
  now?: () => Date;
};

/** What a dispatcher sends, it sends to treat. */
const purpose = "TREAT";

export function createMessageReleases({ store, consents, now = () => new Date() }: Parts): MessageReleases {
  async function ask(content: MessageContent): Promise<ConsentDecision[]> {
    const recipients = content.recipients.filter((reference) => !reference.startsWith("Patient/"));
    const [toPatient] = recipients.length === 0 ? content.recipients : [];
    return await consents.decide(
      {
        ...{ crossing: "send", purpose, recipients },
        ...(toPatient === undefined ? {} : { toPatient: toPatient.slice("Patient/".length) }),
      },
      content.subjects,
      now(),
    );
  }

  return {
    async begin({ id, attempt, to, communication, leaves }) {
      const refs = await store.disclosures.sourcesOf(attachmentsIn(communication));
      if (refs.length === 0 && patientsOf(communication).length === 0)
        return { communication, withdraw: () => Promise.resolve() };
      const content = await readContent(store.records, communication, refs);
      const decisions = await ask(content);
      const refusal = decisions.find(({ allow }) => !allow);
      const source = `message:${id}/${attempt}`;
      if (refusal === undefined && leaves)
        await store.disclosures.add(rowsOf(content, decisions, { source, to, at: now(), by: await authorOf(id) }));
      const part2 = decisions.some((decision) => decision.allow && decision.notice);
      return {
        communication: part2 ? withNotice(communication) : communication,
        decide: async () => decisionOf(await ask(content)),
        withdraw: () => store.disclosures.withdraw(source),
      };
    },
  };

  async function authorOf(message: string): Promise<string> {
    return (await store.messages.find(message))?.createdBy ?? "system:dispatcher";
  }
}

interface MessageContent {
  communication: Communication;
  /** The message itself, and the records that it carries. */
  subjects: ConsentSubject[];
  carried: RecordRef[];
  /** References that name who gets it. */
  recipients: string[];
}

async function readContent(
  records: Store["records"],
  given: Record<string, unknown>,
  refs: readonly RecordRef[],
): Promise<MessageContent> {
  const communication = given as unknown as Communication;
  const rows = refs.length === 0 ? [] : await records.findMany(refs);
  const carried = rows.map(({ type, patients, resource }) => ({
    ...{ type, patients },
    resource: resource === undefined ? undefined : (JSON.parse(resource) as unknown),
  }));
  return {
    communication,
    subjects: [{ type: "Communication", patients: patientsOf(given), resource: given }, ...carried],
    carried: rows.map(({ type, id }) => ({ type, id })),
    recipients: (communication.recipient ?? []).flatMap(({ reference }) => reference ?? []),
  };
}

/** Ids of the blobs that are attached: some were taken from a record. */
function attachmentsIn(given: Record<string, unknown>): string[] {
  const { attachments } = messageText(given as unknown as Communication);
  return attachments.map(({ url }) => url.replace(/^Binary\//, ""));
}

function rowsOf(
  { communication, subjects, carried, recipients }: MessageContent,
  decisions: readonly ConsentDecision[],
  { source, to, at, by }: { source: string; to: InstanceKey; at: Date; by: string },
): DisclosureRow[] {
  const patients = [...new Set(subjects.flatMap((subject) => subject.patients))];
  const consent = decisions.find((decision) => decision.allow && decision.consent !== undefined)?.consent;
  const files = messageText(communication).attachments.length;
  return patients.map((patient) => ({
    ...{ id: makeId(at.getTime()), patient, source, at: at.toISOString(), kind: "message", purpose, by, via: to },
    ...{ part2: subjects.some(({ resource }) => isPart2(resource)), records: carried },
    accountable: isAccountable(
      purpose,
      recipients.length > 0 && recipients.every((one) => one === `Patient/${patient}`),
    ),
    recipient: contactPoints(communication)
      .map(({ value }) => value)
      .join(", "),
    what: `Message${files === 0 ? "" : ` with ${files} ${files === 1 ? "attachment" : "attachments"}`}`,
    ...(consent === undefined ? {} : { consent }),
  }));
}

/** What the pipeline is told: one refusal is enough. */
function decisionOf(decisions: readonly ConsentDecision[]): Decision {
  for (const decision of decisions)
    if (!decision.allow) return { allow: false, code: codeOfRefusal(decision), reason: decision.reason };
  return { allow: true };
}

/** The notice after the text of the message. */
function withNotice(given: Record<string, unknown>): Record<string, unknown> {
  const communication = given as unknown as Communication;
  const payload = communication.payload ?? [];
  const text = payload.findIndex(({ contentString }) => contentString !== undefined);
  const noticed = payload.map((one, index) =>
    index === text ? { ...one, contentString: `${one.contentString ?? ""}\n\n${part2Notice}` } : one,
  );
  return { ...given, payload: text < 0 ? [...noticed, { contentString: part2Notice }] : noticed };
}
