import { createHash } from "node:crypto";
import { twilioErrors, type TwilioError } from "./twilio-errors.ts";

/** The account that the server plays. Members may be changed while it runs. */
export interface TwilioAccount {
  sid: string;
  authToken: string;
  /** API keys; one without `messages` may do everything but with messages. */
  keys: { sid: string; secret: string; messages?: boolean }[];
  numbers: { number: string; name: string; sms?: boolean }[];
  services: string[];
  balance: string;
  currency: string;
  suspended: boolean;
  /** Set for a trial account: the only numbers that it may write to. */
  verifiedNumbers?: string[];
  optedOut: string[];
  unknown: string[];
}

export interface TwilioMessage {
  sid: string;
  to: string;
  from: string | null;
  service: string | null;
  body: string;
  status: "queued" | "sent" | "delivered" | "undelivered" | "failed";
  errorCode: number | null;
  createdAt: Date;
  statusCallback: string | undefined;
}

/** Sids that are the same in each run: two letters and 32 hexadecimal digits. */
export const twilioSid = (kind: string, name: string): string =>
  `${kind}${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;

export const defaultAccount = (): TwilioAccount => ({
  sid: twilioSid("AC", "clinic"),
  authToken: createHash("sha256").update("auth token").digest("hex").slice(0, 32),
  keys: [{ sid: twilioSid("SK", "clinic"), secret: "q7Hk2mNp4RstVwXy6Zab8Cde0FghJkLm", messages: true }],
  numbers: [
    { number: "+15005550006", name: "Front desk" },
    { number: "+15005550007", name: "Reminders" },
    { number: "+15005550008", name: "Voice line", sms: false },
  ],
  services: [twilioSid("MG", "reminders")],
  balance: "42.17",
  currency: "USD",
  suspended: false,
  optedOut: [],
  unknown: [],
});

/** Why the account refuses a message; undefined when it takes it. The order is Twilio's. */
export function refuseMessage(account: TwilioAccount, form: Readonly<Record<string, string>>): TwilioError | undefined {
  const { To: to = "", From: from, MessagingServiceSid: service, Body: body = "", StatusCallback: callback } = form;
  if (account.suspended) return twilioErrors.suspended;
  if (from === undefined && service === undefined) return twilioErrors.noSender;
  if (service !== undefined && !account.services.includes(service)) return twilioErrors.unknownService;
  if (from !== undefined && !owns(account, from)) return twilioErrors.senderNotOwned;
  if (!/^\+[1-9]\d{6,14}$/.test(to) || account.unknown.includes(to)) return twilioErrors.invalidTo;
  if (account.verifiedNumbers !== undefined && !account.verifiedNumbers.includes(to))
    return { ...twilioErrors.unverified, message: twilioErrors.unverified.message.replace("number", `number ${to}`) };
  if (account.optedOut.includes(to)) return twilioErrors.optedOut;
  if (body === "") return twilioErrors.noBody;
  if (body.length > 1600) return twilioErrors.tooLong;
  if (callback !== undefined && !isCallable(callback)) return twilioErrors.badCallback;
  return undefined;
}

const owns = ({ numbers }: TwilioAccount, from: string): boolean =>
  numbers.some(({ number, sms = true }) => number === from && sms);

const isCallable = (url: string): boolean => URL.canParse(url) && !new URL(url).hostname.includes("_");

/** A message as Twilio presents it. */
export function presentMessage({ sid }: TwilioAccount, message: TwilioMessage): Record<string, unknown> {
  const at = message.createdAt.toUTCString().replace("GMT", "+0000");
  const uri = `/2010-04-01/Accounts/${sid}/Messages/${message.sid}`;
  return {
    account_sid: sid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: at,
    date_sent: message.status === "queued" ? null : at,
    date_updated: at,
    direction: "outbound-api",
    error_code: message.errorCode,
    error_message: null,
    from: message.from,
    messaging_service_sid: message.service,
    num_media: "0",
    num_segments: String(countSegments(message.body)),
    price: null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** Twilio's count, as far as tests need it: Latin letters in GSM-7, everything else in UCS-2. */
function countSegments(body: string): number {
  const gsm = /^[\r\n\x20-\x5f\x61-\x7e£¥èéùìòÇØøÅåÆæßÉ¡ÄÖÑÜ§¿äöñüà]*$/.test(body);
  const [whole, part] = gsm ? [160, 153] : [70, 67];
  return body.length <= whole ? 1 : Math.ceil(body.length / part);
}

export function presentNumber(
  { sid }: TwilioAccount,
  { number, name, sms = true }: TwilioAccount["numbers"][number],
): Record<string, unknown> {
  const own = twilioSid("PN", number);
  return {
    sid: own,
    account_sid: sid,
    phone_number: number,
    friendly_name: name,
    capabilities: { voice: true, sms, mms: false, fax: false },
    api_version: "2010-04-01",
    beta: false,
    origin: "twilio",
    status: "in-use",
    uri: `/2010-04-01/Accounts/${sid}/IncomingPhoneNumbers/${own}.json`,
  };
}
