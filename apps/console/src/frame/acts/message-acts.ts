import type { Acts, ActStand } from "./stand.ts";

/** There is no such message, as far as this plugin is concerned. */
export class NotOwn extends Error {}

export const messageActs = ({
  call,
  detail,
  instance,
  name,
  unlessGesture,
}: ActStand): Acts<"messages.list" | "messages.read"> => ({
  "messages.list": async (query) => {
    if (!detail.capabilities.some((capability) => capability.name === "send_messages")) return { items: [] };
    const answer = await call("listMessages", { query: { ...query, plugin: detail.id } });
    return { ...answer, items: answer.items.filter((item) => (item.instance ?? "default") === instance) };
  },
  "messages.read": async ({ message: id }) => {
    await unlessGesture({
      title: "Show the page what happened to a message?",
      text: `${name} gets times, states and causes of one of its messages, not its content. This is written to the audit log.`,
      confirm: "Show it",
    });
    const message = await call("getMessage", { params: { message: id } });
    if (message.plugin !== detail.id || (message.instance ?? "default") !== instance) throw new NotOwn();
    return { message, timeline: message.timeline.map((step) => ownStep(step, detail.id)) };
  },
});

/** Other providers' names are not this plugin's business. */
function ownStep<Step extends { plugin?: string; instance?: string }>(step: Step, plugin: string): Step {
  if (step.plugin === undefined || step.plugin === plugin) return step;
  const { plugin: _plugin, instance: _instance, ...rest } = step;
  return rest as Step;
}
