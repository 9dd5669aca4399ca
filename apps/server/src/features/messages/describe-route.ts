import type { Channel, RouteTarget } from "@hilum/contract/api";

const channelWords: Readonly<Record<Channel, string>> = { email: "E-mails", sms: "Text messages", fax: "Faxes" };

/** What would happen to a message of the channel now, in one or two sentences. */
export function describeRoute(channel: Channel, targets: readonly RouteTarget[]): string {
  const what = channelWords[channel];
  const [first, ...others] = targets;
  if (first === undefined) return `${what} wait: no provider is chosen.`;
  const place = targets.findIndex(isAskable);
  const now = targets[place];
  if (now === undefined) {
    const nobody = others.length === 0 ? "" : " No other provider of the list can take them now.";
    return `${what} wait for ${first.title}. ${standing(first)}${nobody}`;
  }
  const backups = targets.slice(place + 1);
  const ready = backups.filter(isAskable).map(({ title }) => title);
  const passed = place === 0 ? "" : ` ${targets.slice(0, place).map(passedOver).join(" ")}`;
  return `${what} go to ${now.title}${place === 0 ? "" : " now"}.${passed}${describeBackups(backups, ready)}`;
}

function describeBackups(backups: readonly RouteTarget[], ready: readonly string[]): string {
  if (backups.length === 0) return "";
  const [next, ...more] = ready;
  if (next === undefined) return " If it refuses or breaks, no other provider of the list can take over now.";
  return ` If it refuses or breaks, ${next} takes over${more.map((title) => `, then ${title}`).join("")}.`;
}

const isAskable = ({ usable, circuit }: RouteTarget): boolean => usable && circuit.state !== "open";

const passedOver = (target: RouteTarget): string => `${target.title} is passed over: ${lowered(standing(target))}`;

function standing({ why, circuit }: RouteTarget): string {
  if (why !== undefined) return why;
  if (circuit.rehearsed) return "A rehearsal treats it as if it had failed.";
  return "It failed several times in a row and is left alone for a moment.";
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
