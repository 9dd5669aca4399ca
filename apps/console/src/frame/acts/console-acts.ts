import type { PagePlace } from "@hilum/contract/bridge";
import { Busy } from "../ask.ts";
import type { Acts, ActStand } from "./stand.ts";

export const consoleActs = ({
  ask,
  detail,
  go,
  instance,
  name,
  notify,
  toasts,
  unlessGesture,
}: ActStand): Acts<"ui.toast" | "ui.navigate" | "ui.confirm"> => ({
  "ui.toast": ({ text }) => {
    if (!toasts.take()) return Promise.reject(new Busy());
    notify(`${name} says: ${text}`);
    return Promise.resolve({ done: true });
  },
  "ui.navigate": async ({ to }) => {
    await unlessGesture({
      title: "Leave this page?",
      text: `The page of ${name} wants to lead you to ${placeName(to)}.`,
      confirm: "Go there",
    });
    go(pathOf(to, detail.id, instance));
    return { done: true };
  },
  "ui.confirm": async ({ title, text, confirm }) => {
    const answered = await ask({
      title: `A question of ${name}`,
      text: "The page of this plugin asks. Hilum itself does nothing when you agree.",
      quoted: { title, text },
      confirm,
    });
    return { confirmed: answered !== undefined };
  },
});

function placeName(to: PagePlace): string {
  if (typeof to === "string") return `its tab “${to.charAt(0).toUpperCase()}${to.slice(1)}”`;
  return "page" in to ? `its page “${to.page}”` : "one of its messages";
}

function pathOf(to: PagePlace, plugin: string, instance: string): string {
  const query = instance === "default" ? "" : `?instance=${encodeURIComponent(instance)}`;
  const base = `/plugins/${plugin}`;
  if (typeof to === "string") return `${base}${to === "overview" ? "" : `/${to}`}${query}`;
  return "page" in to ? `${base}/pages/${to.page}${query}` : `/messages/${to.message}`;
}
