import { explainRefusal } from "./twilio-error.ts";
import { objectsOf, readPages, textOf, type TwilioContext, type TwilioObject } from "./twilio-client.ts";
import { isService } from "./settings.ts";

/** Clocks differ a little. Much more, and a message that said the same a minute ago would be taken for this one. */
const slackMs = 10_000;
const failed: ReadonlySet<string> = new Set(["failed", "undelivered", "canceled"]);

export interface OneText {
  to: string;
  text: string;
  /** False for one that is another message's. */
  mayBe(sid: string): boolean;
}

/**
 * Looks whether Twilio has a text already, for it knows no idempotency keys: the account's newest messages from the same
 * sender, compared here, so that no patient's number stands in a URL.
 */
export async function findSent(
  ctx: TwilioContext,
  { to, text, mayBe }: OneText,
  since: Date,
): Promise<TwilioObject | undefined> {
  const { from = "" } = ctx.settings;
  const earliest = since.getTime() - slackMs;
  const query = { PageSize: "50", ...(isService(from) ? {} : { From: from }) };
  for await (const page of readPages(ctx, "/Messages.json", query)) {
    const messages = objectsOf(page["messages"]);
    const found = messages.find(
      (message) =>
        textOf(message, "to") === to &&
        textOf(message, "body") === text &&
        textOf(message, "direction").startsWith("outbound") &&
        mayBe(textOf(message, "sid")) &&
        Date.parse(textOf(message, "date_created")) >= earliest,
    );
    if (found !== undefined) return refuseFailed(found);
    const oldest = messages.at(-1);
    if (oldest !== undefined && Date.parse(textOf(oldest, "date_created")) < earliest) return undefined;
  }
  return undefined;
}

/** A message that Twilio made and could not send is a refusal. */
export function refuseFailed(message: TwilioObject): TwilioObject {
  if (!failed.has(textOf(message, "status"))) return message;
  const code = message["error_code"];
  const words = textOf(message, "error_message");
  throw explainRefusal({
    status: 200,
    ...(typeof code === "number" ? { code } : {}),
    message: words === "" ? `Twilio calls the message ${textOf(message, "status")}` : words,
  });
}
