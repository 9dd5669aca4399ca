import { HilumError, type SendResult } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import { channelOf, contactPoints, messageText } from "@hilum/contract/fhir";
import type { HostCode } from "@hilum/host";
import type { Practice } from "@hilum/store";
import { makeId } from "../../make-id.ts";

type Behaviour = "deliver" | "refuse" | "delay" | "lose";
type Communication = Parameters<typeof channelOf>[0];

/** The practice mailbox as plugin code: the methods of `send_messages`, answered by the host itself. */
export function createPracticeMailbox({
  practice,
  settings,
  now = () => new Date(),
}: {
  practice: Practice;
  settings: Record<string, unknown>;
  now?: () => Date;
}): HostCode {
  const behaviour = (settings["behaviour"] ?? "deliver") as Behaviour;
  const delayMs = Number(settings["delaySeconds"] ?? 5) * 1000;
  const waiting = new Set<() => void>();

  async function send(params: Record<string, unknown>): Promise<SendResult> {
    const message = params["message"] as Communication;
    if (behaviour === "refuse")
      throw new HilumError("provider.refused", {
        detail: "The practice mailbox refuses messages, as its settings say.",
      });
    // Lost: taken, and never answered; the call ends at its deadline, as with a provider that hangs.
    if (behaviour === "lose") return await new Promise<never>(() => undefined);
    if (behaviour === "delay") await pause(delayMs);
    const id = makeId(now().getTime());
    const { subject = "", text = "", html, attachments } = messageText(message);
    await practice.add({
      id,
      message: message.id ?? id,
      channel: channelOf(message) ?? "email",
      at: now().toISOString(),
      to: contactPoints(message).map(({ value }) => value),
      subject,
      text: text === "" && html !== undefined ? html.replace(/<[^>]*>/g, " ") : text,
      attachments: attachments.map(({ title = "attachment", contentType, size = 0 }) => ({ title, contentType, size })),
    });
    return { outcome: "accepted", providerId: id, reply: "Kept in the practice mailbox" };
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      waiting.add(done);
    });
  }

  const row = (id: string, title: string, rest: Partial<Evidence> = {}): Evidence => ({
    id,
    title,
    status: "passed",
    ...rest,
  });
  const state = async (): Promise<Evidence[]> => [
    behaviour === "deliver"
      ? row("deliver", "It keeps what it is sent")
      : row("behaviour", "It misbehaves on purpose", {
          status: "warning",
          detail: `Its settings tell it to ${behaviour} messages.`,
          fix: 'Choose "Deliver it" in Settings when you have seen enough.',
        }),
  ];

  return {
    methods: new Map<string, (params: Record<string, unknown>) => Promise<unknown>>([
      ["initialize", async () => undefined],
      ["config.validate", async () => ({ rows: await state() })],
      ["setup.check", async () => ({ rows: await state() })],
      ["health.check", async () => ({ state: behaviour === "deliver" ? "healthy" : "degraded", rows: await state() })],
      ["smoke.run", async () => ({ rows: await state() })],
      ["shutdown", async () => null],
      ["messages.send", send],
    ]),
    close: () => waiting.forEach((done) => done()),
  };
}
