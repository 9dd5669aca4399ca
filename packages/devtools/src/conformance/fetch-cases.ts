import { allowedHeaders, findRequest, type Destination, type FetchParams, type WireErrorData } from "@hilum/contract";
import { checkErrorData } from "@hilum/contract/wire";
import { begin, demand, errorOf, noAccepted, resultOf, sendParams, type Case, type Knowledge } from "./case.ts";

const skip = (knowledge: Knowledge): string | undefined =>
  (knowledge.destinations ?? []).length === 0
    ? "it declares no destination: it asks the host for no requests"
    : noAccepted(knowledge);

/** What the host may meet before or while a request is made. */
const failures: readonly Required<Pick<WireErrorData, "code" | "sent">>[] = [
  { code: "policy.denied", sent: "no" },
  { code: "agreement.missing", sent: "no" },
  { code: "provider.timeout", sent: "maybe" },
];

/** Of plugins whose requests the host makes (managed egress). */
export const fetchCases: readonly Case[] = [
  {
    id: "fetch",
    group: "destinations",
    rule: "A request that the host makes names a destination, a method and a path that the manifest declares, and the call in which it is asked.",
    skip,
    async run(plugin, knowledge) {
      const { accepted, destinations = [] } = knowledge;
      await begin(plugin);
      const id = plugin.begin("messages.send", sendParams(knowledge, [accepted ?? ""]));
      resultOf("messages.send", await plugin.answerTo(id));
      demand(plugin.fetches.length > 0, "it sent the message without a request of the host");
      for (const asked of plugin.fetches) {
        const fault = fetchFault(destinations, asked);
        demand(fault === undefined, `a request that the host would refuse: ${fault}`);
        demand(asked.call === `call-${id}`, `a request names the call ${asked.call ?? "of nobody"}, not call-${id}`);
      }
    },
  },
  {
    id: "fetch-failed",
    group: "destinations",
    rule: "A plugin that cannot go on after a request failed answers its own with the same `code` and `sent`.",
    skip,
    async run(plugin, knowledge) {
      await begin(plugin);
      for (const { code, sent } of failures) {
        plugin.failFetches({ code, sent });
        const { data } = errorOf(
          "messages.send",
          await plugin.ask("messages.send", sendParams(knowledge, [knowledge.accepted ?? ""])),
        );
        const [problem] = checkErrorData(data);
        demand(problem === undefined, `error.data is not valid: ${problem?.pointer} ${problem?.message}`);
        demand(
          data?.["code"] === code && data["sent"] === sent,
          `${code}, sent ${sent}, is told as ${JSON.stringify(data)}`,
        );
      }
      plugin.failFetches(undefined);
      resultOf("messages.send", await plugin.ask("messages.send", sendParams(knowledge, [knowledge.accepted ?? ""])));
    },
  },
];

/** Why the host would refuse a request before anybody decides about it; undefined for one that is declared. */
function fetchFault(destinations: readonly Destination[], asked: FetchParams): string | undefined {
  const destination = destinations.find(({ id }) => id === asked.destination);
  if (destination === undefined) return `there is no destination ${String(asked.destination)}`;
  if (findRequest(destination.requests, asked.method, asked.path) === undefined)
    return `${asked.method} ${asked.path} matches no template of ${destination.id}`;
  if (allowedHeaders(asked.headers ?? {}, destination.headers ?? []) === undefined)
    return `a header of ${Object.keys(asked.headers ?? {}).join(", ")} may not be set`;
  if (asked.method === "GET" && asked.body !== undefined) return "a GET has no body";
  return undefined;
}
