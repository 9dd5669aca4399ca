import { errorCatalogue, type ErrorCode } from "@hilum/contract";
import type { ListedMessage, Message, MessageDetail, TimelineEntry } from "@hilum/contract/api";
import type { MessageDetailRow, MessageRow, TimelineRow } from "@hilum/store";

export function presentMessage(row: MessageRow): Message {
  return {
    id: row.id,
    channel: row.channel,
    state: row.state,
    testMode: row.testMode,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    createdBy: row.createdBy,
    recipient: row.recipientMasked,
    moreRecipients: row.moreRecipients,
    attempts: row.attempts,
    maybeSentTwice: row.maybeSentTwice,
    ...(row.nextAttemptAt === undefined ? {} : { nextAttemptAt: row.nextAttemptAt }),
    ...(row.plugin === undefined ? {} : { plugin: row.plugin }),
    ...(row.instance === undefined ? {} : { instance: row.instance }),
    ...(row.cause === undefined ? {} : { cause: row.cause }),
    ...(row.code === undefined ? {} : { problem: titleOf(row.code) }),
  };
}

export const presentListed = (row: MessageRow, patient: string | undefined): ListedMessage => ({
  ...presentMessage(row),
  ...(patient === undefined ? {} : { patient }),
});

export function presentMessageDetail(row: MessageDetailRow): MessageDetail {
  return {
    ...presentMessage(row),
    communication: JSON.parse(row.body) as MessageDetail["communication"],
    timeline: namingProviders(row.timeline).map(presentTimeline),
    can: [...actionsIn(row.state)],
  };
}

/** What a person may do with a message in a state; the store refuses everything else. */
function actionsIn(state: MessageRow["state"]): MessageDetail["can"] {
  switch (state) {
    case "queued":
      return ["cancel"];
    case "retrying":
      return ["retry", "cancel"];
    case "dead":
    case "uncertain":
      return ["retry", "resend", "discard"];
    default:
      return [];
  }
}

/** The attempt says which instance had the message; what came of it is told with the same name. */
function namingProviders(timeline: readonly TimelineRow[]): TimelineRow[] {
  const attempts = new Map(timeline.filter(({ kind }) => kind === "attempt").map((row) => [row.attempt, row]));
  return timeline.map((row) => {
    const { plugin, instance } = (row.attempt === undefined ? undefined : attempts.get(row.attempt)) ?? row;
    return { ...row, ...(plugin === undefined ? {} : { plugin }), ...(instance === undefined ? {} : { instance }) };
  });
}

function presentTimeline(row: TimelineRow): TimelineEntry {
  const { detail, fix, code, ...rest } = row;
  const spec = code !== undefined && code in errorCatalogue ? errorCatalogue[code as ErrorCode] : undefined;
  const [said, mend] = [detail ?? spec?.title, fix ?? spec?.fix];
  return {
    ...rest,
    ...(code === undefined ? {} : { code }),
    ...(said === undefined ? {} : { detail: said }),
    ...(mend === undefined ? {} : { fix: mend }),
  };
}

const titleOf = (code: string): string => (code in errorCatalogue ? errorCatalogue[code as ErrorCode].title : code);
