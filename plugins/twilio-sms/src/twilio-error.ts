import { ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@hilum/sdk";
import type { TwilioSettings } from "./settings.ts";

/** What Twilio says of a refusal: its own code (twilio.com/docs/api/errors), or the HTTP status where there is none. */
export interface TwilioRefusal {
  status: number;
  code?: number;
  message?: string;
  retryAfterMs?: number;
}

type Explanation = { code: ProviderErrorCode } & Pick<
  ProviderErrorOptions,
  "cause" | "retry" | "field" | "fix" | "detail"
>;
type SignIn = TwilioSettings["signIn"];

const wrongSecret: Record<SignIn, Explanation> = {
  token: {
    code: "provider.bad_credentials",
    field: "/authToken",
    fix: "Copy account SID and auth token from Twilio's console once more.",
  },
  key: {
    code: "provider.bad_credentials",
    field: "/keySecret",
    fix: "Enter the API key's secret once more. Twilio shows it once: if it is lost, make a new key.",
  },
};
const missingRight: Record<SignIn, Explanation> = {
  token: {
    code: "provider.bad_credentials",
    cause: "configuration",
    fix: "Twilio does not let this account do it. Read its reply and look at the account in Twilio's console.",
  },
  key: {
    code: "provider.bad_credentials",
    cause: "configuration",
    field: "/keySid",
    fix: "Give the API key the right to read and create messages in Twilio's console, or enter a key that has it.",
  },
};
const senderFix = "Choose one of the account's numbers that can send text messages.";
const numberFix = "Correct the number: with + and the country code, and one that can receive text messages.";

const quota: Explanation = { code: "provider.quota", retry: "later" };
const sender: Explanation = { code: "provider.sender", field: "/from", fix: senderFix };
const recipient: Explanation = { code: "provider.recipient", fix: numberFix };

/** What each code means for whoever has to mend it. Codes from 30001 on come with a receipt, after Twilio took the message. */
const explanations: ReadonlyMap<number, Explanation | Record<SignIn, Explanation>> = new Map<
  number,
  Explanation | Record<SignIn, Explanation>
>([
  [20500, { code: "provider.temporary" }],
  [20503, { code: "provider.temporary" }],
  [20504, { code: "provider.temporary" }],
  [20003, wrongSecret],
  [
    20005,
    { ...quota, fix: "Twilio has suspended the account. Add funds or write to Twilio; messages wait meanwhile." },
  ],
  [20403, missingRight],
  [70051, missingRight],
  [
    20404,
    {
      code: "provider.refused",
      cause: "configuration",
      field: "/accountSid",
      fix: "Correct the account SID: the one that belongs to this auth token or API key.",
    },
  ],
  [20429, { ...quota, fix: "Twilio takes fewer requests at once than are made. Hilum slows down by itself." }],
  [14107, { ...quota, fix: "The sender's rate is used up. Hilum tries again; more numbers send faster." }],
  [63038, { ...quota, fix: "The account's messages of today are used up. Raise the limit at Twilio, or wait." }],
  [21611, { ...quota, fix: "The sender's queue at Twilio is full. Hilum tries again." }],
  [30001, { ...quota, fix: "The sender's queue at Twilio was full. Send the message again." }],
  [30002, { ...quota, fix: "Twilio has suspended the account. Add funds, then send the message again." }],
  [21211, recipient],
  [21614, recipient],
  [21217, recipient],
  [
    21612,
    { ...recipient, fix: "Twilio cannot send from this sender to that number. Use another way to reach the person." },
  ],
  [
    21610,
    {
      code: "provider.recipient",
      fix: "The person has replied STOP and wants no messages. Reach them another way; they can write START to the number.",
    },
  ],
  [
    21408,
    {
      code: "provider.refused",
      cause: "configuration",
      fix: "Allow the country in Twilio's console under Messaging, Settings, Geo permissions.",
    },
  ],
  [
    21608,
    {
      // No other sender helps: it is the recipient's number that the account has not verified.
      code: "provider.sender",
      detail: "This is a trial account, which may not write to this number yet.",
      fix: "A trial account may write only to verified numbers. Verify the number in Twilio's console, or upgrade the account.",
    },
  ],
  [21606, sender],
  [21603, sender],
  [21659, sender],
  [21660, sender],
  [21212, sender],
  [21703, { ...sender, fix: "The Messaging Service has no sender for this number. Add one to it at Twilio." }],
  [21705, { ...sender, fix: "Correct the SID of the Messaging Service." }],
  [30034, { ...sender, fix: "Register the number for business messages (A2P 10DLC) in Twilio's console." }],
  [21617, { code: "provider.too_large", fix: "Shorten the text to 1,600 letters." }],
  [21602, { code: "message.invalid", fix: "Write a text." }],
  [
    21609,
    {
      code: "provider.refused",
      cause: "configuration",
      field: "/receipts",
      fix: "Twilio cannot call this Hilum. Give it an address that is known outside, or ask for no receipts.",
    },
  ],
  [30003, { ...recipient, fix: "The phone was off or out of reach. Send the message again later." }],
  [30004, { ...recipient, fix: "The phone's network blocks the message. Reach the person another way." }],
  [30005, recipient],
  [30006, { ...recipient, fix: "That is a landline. Write to a mobile number." }],
  [
    30007,
    { code: "provider.refused", fix: "A network took the text for spam. Change its wording, without shortened links." },
  ],
]);

/** Twilio broke while it had the request: whether it took the message it does not say itself. */
export const brokeInside = ({ status, code = 0 }: TwilioRefusal): boolean =>
  (status >= 500 && status !== 503) || code === 20500 || code === 20504;

export interface ExplainOptions {
  /** Nothing went out, unless this says otherwise. */
  sent?: "no" | "maybe";
  /** With what the request was signed: what is wrong with it is mended in another setting. */
  signIn?: SignIn;
}

/** Gives every refusal one cause, a next step and Twilio's own words. */
export function explainRefusal(
  refusal: TwilioRefusal,
  { sent = "no", signIn = "token" }: ExplainOptions = {},
): ProviderError {
  const { code, status, message, retryAfterMs } = refusal;
  const known = (code === undefined ? undefined : explanations.get(code)) ?? explainStatus(refusal);
  const { code: kind, ...options } = "code" in known ? known : known[signIn];
  const said = [code === undefined ? `HTTP ${status}` : String(code), message].filter((part) => part !== undefined);
  return new ProviderError(kind, {
    ...{ ...options, sent, reply: redactNumbers(said.join(": ")) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function explainStatus({ status, code }: TwilioRefusal): Explanation | Record<SignIn, Explanation> {
  if (status === 401) return wrongSecret;
  if (status === 403) return missingRight;
  if (status === 429) return quota;
  if (status >= 500) return { code: "provider.temporary" };
  const page = code === undefined ? "" : ` Twilio's page about it: https://www.twilio.com/docs/errors/${code}.`;
  return { code: "provider.refused", fix: `Read Twilio's reply.${page}` };
}

/** A trial account may not write to this number. */
export const isUnverifiedRecipient = ({ data }: ProviderError): boolean => data.reply?.startsWith("21608") ?? false;

/** Twilio repeats phone numbers in its words. Error codes have five digits, numbers have more. */
export const redactNumbers = (text: string): string =>
  text.replaceAll(/\+?\d[\d\s().-]{5,}\d/g, "[number]").slice(0, 500);
