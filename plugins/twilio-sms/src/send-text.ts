import {
  contactPoints,
  isProviderError,
  messageText,
  ProviderError,
  type CallContext,
  type OutgoingMessage,
  type Sent,
} from "@hilum/sdk";
import { findSent, refuseFailed, type OneText } from "./find-sent.ts";
import type { HandedOut } from "./handed-out.ts";
import { receiptAddress } from "./receipts.ts";
import { countSegments, textLengthMax, type Segments } from "./segments.ts";
import { isService, type TwilioSettings } from "./settings.ts";
import { askTwilio, textOf, type TwilioContext, type TwilioObject } from "./twilio-client.ts";

type Context = Pick<CallContext<TwilioSettings>, "fetch" | "settings" | "hooks">;

/** Sends a text to each of its recipients. What Twilio does not take is a ProviderError that says whose fault it is. */
export async function sendText(message: OutgoingMessage, ctx: Context, handedOut: HandedOut): Promise<Sent> {
  const text = textFor(message, ctx.settings);
  const segments = countSegments(text);
  const numbers = contactPoints(message.communication).map(({ value }) => value);
  const [only, ...others] = numbers;
  if (only === undefined) throw new ProviderError("message.invalid", { fix: "Name a recipient." });
  // A receipt is one message's: with several recipients it would tell of one and stand for all.
  const receipt = others.length === 0 ? receiptAddress(ctx, message.idempotencyKey) : undefined;
  const mayBe = (sid: string): boolean => !handedOut.isOfAnother(sid, message.idempotencyKey);
  const send = async (number: string): Promise<TwilioObject> => {
    const taken = await sendOne(ctx, { to: toE164(number), text, mayBe }, receipt, message.maybeSentSince);
    handedOut.add(textOf(taken, "sid"), message.idempotencyKey);
    return taken;
  };
  return others.length === 0 ? present(await send(only), segments) : await sendToAll(numbers, send, segments);
}

/** The text alone: files would be MMS, which is another thing at Twilio and is not sent here. */
function textFor({ communication, attachments }: OutgoingMessage, { segmentsMax }: TwilioSettings): string {
  const { text = "" } = messageText(communication);
  if (attachments.length > 0)
    throw new ProviderError("message.invalid", {
      fix: "Text messages travel without files: MMS is not supported. Send the text alone, or an e-mail.",
    });
  if (text.trim() === "") throw new ProviderError("message.invalid", { fix: "Write a text." });
  const { count } = countSegments(text);
  if (text.length > textLengthMax || count > segmentsMax)
    throw new ProviderError("provider.too_large", {
      field: "/segmentsMax",
      fix: `The text needs ${count} parts of at most ${segmentsMax}. Shorten it, or allow more parts in Settings.`,
    });
  return text;
}

/** With + and the country code, as Twilio wants it; people write blanks and brackets. */
function toE164(number: string): string {
  const digits = number.replaceAll(/[\s().-]/g, "");
  if (/^\+[1-9]\d{6,14}$/.test(digits)) return digits;
  throw new ProviderError("provider.recipient", { fix: "Write the number with + and the country code." });
}

async function sendOne(
  ctx: TwilioContext,
  one: OneText,
  receipt: string | undefined,
  maybeSentSince: Date | undefined,
): Promise<TwilioObject> {
  const there = maybeSentSince === undefined ? undefined : await findSent(ctx, one, maybeSentSince);
  if (there !== undefined) return there;
  const { from = "" } = ctx.settings;
  const form = {
    To: one.to,
    Body: one.text,
    ...(isService(from) ? { MessagingServiceSid: from } : { From: from }),
    ...(receipt === undefined ? {} : { StatusCallback: receipt }),
  };
  const begunAt = new Date();
  try {
    const made = refuseFailed(await askTwilio(ctx, { path: "/Messages.json", form }));
    if (textOf(made, "sid") !== "") return made;
    throw new ProviderError("provider.bad_answer", {
      sent: "maybe",
      detail: "Twilio answered without the message's SID.",
    });
  } catch (error) {
    if (!isProviderError(error) || error.data.sent !== "maybe") throw error;
    // The answer is lost, not Twilio's memory: if the message is there, it went out.
    const found = await findSent(ctx, one, begunAt).catch(() => undefined);
    if (found === undefined) throw error;
    return found;
  }
}

/** One after the other. Once one was taken, the others' refusals are told beside it: trying all again would repeat the first. */
async function sendToAll(
  numbers: readonly string[],
  send: (number: string) => Promise<TwilioObject>,
  segments: Segments,
): Promise<Sent> {
  const refused: { recipient: number; error: ProviderError }[] = [];
  let taken: TwilioObject | undefined;
  for (const [recipient, number] of numbers.entries()) {
    try {
      const made = await send(number);
      taken ??= made;
    } catch (error) {
      if (!isProviderError(error)) throw error;
      if (taken === undefined && error.data.cause !== "recipient") throw error;
      refused.push({ recipient, error });
    }
  }
  if (taken === undefined) throw refused[0]?.error ?? new ProviderError("message.invalid");
  const told = refused.map(({ recipient, error }) => ({ recipient, reply: error.data.reply ?? error.message }));
  return { ...present(taken, segments), ...(told.length === 0 ? {} : { refused: told }) };
}

function present(message: TwilioObject, { count, encoding }: Segments): Sent {
  const parts = count === 1 ? "one part" : `${count} parts`;
  return { providerId: textOf(message, "sid"), reply: `${textOf(message, "status")}, ${parts}, ${encoding}` };
}
