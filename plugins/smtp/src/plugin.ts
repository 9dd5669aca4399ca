import {
  checkClaim,
  definePlugin,
  email,
  type CallContext,
  type Evidence,
  type OutgoingMessage,
  type Sent,
  type SetupContext,
} from "@hilum/sdk";
import { checkFrom, checkServer } from "./check-server.ts";
import { composeMail } from "./compose-mail.ts";
import { judgeSettings } from "./judge-settings.ts";
import { redactReply } from "./redact-reply.ts";
import type { SmtpSettings } from "./settings.ts";
import { openSession } from "./smtp-session.ts";

/** Sends e-mail through one SMTP server: one connection per message, so that nothing of one reaches another. */
export const smtpPlugin = definePlugin<SmtpSettings>({
  sendMessages: sendMail,
  checkSettings: judgeSettings,
  setup: {
    server: (ctx) => checkServer(ctx, "encryption"),
    "sign-in": (ctx) => checkFrom(ctx, "sign-in"),
    sender: (ctx) => checkFrom(ctx, "sender"),
    try: tryAll,
  },
  async health(ctx) {
    const rows = await checkServer(ctx);
    return { state: rows.some(({ status }) => status === "failed") ? "failing" : "healthy", rows };
  },
  smokeTests: {
    connect: (ctx) => checkServer(ctx),
    send: (ctx) => sendTestMail(ctx, ctx.recipient ?? ""),
  },
});

/** Everything once more and, where somebody may receive it, a message that really goes out. */
async function tryAll(ctx: SetupContext<SmtpSettings>): Promise<Evidence[]> {
  const rows = await checkServer(ctx);
  if (ctx.recipient === undefined || rows.some(({ status }) => status === "failed")) return rows;
  return [...rows, ...(await sendTestMail(ctx, ctx.recipient))];
}

async function sendMail(message: OutgoingMessage, ctx: CallContext<SmtpSettings>): Promise<Sent> {
  const { settings } = ctx;
  const { envelope, messageId, stream, recipientIndex } = composeMail(message, settings, ctx.attachments);
  const session = await openSession(ctx);
  try {
    await session.signIn();
    const info = await session.send(envelope, stream);
    const refused = (info.rejectedErrors ?? []).map(({ recipient = "", response = "" }) => ({
      recipient: recipientIndex.get(recipient) ?? 0,
      reply: redactReply(response, settings),
    }));
    return {
      providerId: messageId,
      reply: redactReply(info.response ?? "", settings),
      ...(refused.length === 0 ? {} : { refused }),
    };
  } finally {
    session.close();
    stream.destroy();
  }
}

async function sendTestMail(ctx: CallContext<SmtpSettings>, recipient: string): Promise<Evidence[]> {
  const communication = email({
    to: recipient,
    subject: "Test message from Hilum",
    text: "This message shows that Hilum can send e-mail through your mail server. Nobody needs to answer it.\n",
  });
  const message = { communication, attempt: 1, idempotencyKey: `smoke-${ctx.call}`, attachments: [] };
  const row = await checkClaim("send", "The mail server takes a message", async () => {
    const { reply } = await sendMail(message, ctx);
    return `The server answered: ${reply}`;
  });
  return [row];
}
