import { checkClaim, definePlugin, sms, type Evidence, type Plugin, type SmokeTestContext } from "@hilum/sdk";
import { checkAccount, checkBalance, checkSender, checkSignIn } from "./check-account.ts";
import { createHandedOut, type HandedOut } from "./handed-out.ts";
import { judgeSettings } from "./judge-settings.ts";
import { takeReceipt } from "./receipts.ts";
import { discoverSenders } from "./senders.ts";
import { sendText } from "./send-text.ts";
import type { TwilioSettings } from "./settings.ts";

/** Sends text messages through one Twilio account. The host makes every request and holds the account's secrets. */
export function createTwilioPlugin(): Plugin {
  const handedOut = createHandedOut();
  const sendTest = (ctx: SmokeTestContext<TwilioSettings>): Promise<Evidence[]> => sendTestMessage(ctx, handedOut);
  return definePlugin<TwilioSettings>({
    sendMessages: (message, ctx) => sendText(message, ctx, handedOut),
    checkSettings: judgeSettings,
    setup: { account: checkSignIn, sender: checkSender, try: checkAccount, live: sendTest, receipt: sendTest },
    discover: { from: discoverSenders },
    async health(ctx) {
      const rows = await checkSignIn(ctx);
      if (rows.every(({ status }) => status === "passed")) rows.push(await checkBalance(ctx));
      const has = (status: Evidence["status"]): boolean => rows.some((row) => row.status === status);
      return { state: has("failed") ? "failing" : has("warning") ? "degraded" : "healthy", rows };
    },
    smokeTests: { account: checkAccount, send: sendTest },
    hooks: { status: takeReceipt },
  });
}

/** A real message to whoever asked for it. */
async function sendTestMessage(ctx: SmokeTestContext<TwilioSettings>, handedOut: HandedOut): Promise<Evidence[]> {
  const { recipient } = ctx;
  const row = { id: "send", title: "Twilio takes a message" };
  if (recipient === undefined)
    return [
      { ...row, status: "failed", cause: "configuration", detail: "It has nobody to go to.", fix: "Name a phone." },
    ];
  const communication = sms({
    to: recipient,
    text: "This message shows that Hilum can send text messages. No answer is needed.",
  });
  const message = { communication, attempt: 1, idempotencyKey: `check-${ctx.call}`, attachments: [] };
  return [
    await checkClaim(row.id, row.title, async () => {
      const { reply } = await sendText(message, ctx, handedOut);
      return `Twilio answered: ${reply ?? "taken"}.`;
    }),
  ];
}
