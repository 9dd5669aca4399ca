import type { DiscoveredOption } from "@hilum/sdk";
import { objectsOf, readPages, textOf, type TwilioContext } from "./twilio-client.ts";

export interface Sender {
  number: string;
  name: string;
  /** Whether it can send text messages. */
  sms: boolean;
}

/** The account's numbers, as far as five pages of a hundred go. */
export async function listSenders(ctx: TwilioContext): Promise<Sender[]> {
  const senders: Sender[] = [];
  for await (const page of readPages(ctx, "/IncomingPhoneNumbers.json", { PageSize: "100" }))
    for (const own of objectsOf(page["incoming_phone_numbers"])) {
      const { capabilities } = own;
      const sms =
        typeof capabilities === "object" && capabilities !== null && "sms" in capabilities && capabilities.sms === true;
      senders.push({ number: textOf(own, "phone_number"), name: textOf(own, "friendly_name"), sms });
    }
  return senders;
}

/** Numbers to choose from. Those that cannot send text messages would only be refused later. */
export async function discoverSenders(ctx: TwilioContext): Promise<DiscoveredOption[]> {
  return (await listSenders(ctx))
    .filter(({ sms }) => sms)
    .map(({ number, name }) => ({ value: number, title: number, text: name === number ? "" : name }));
}
