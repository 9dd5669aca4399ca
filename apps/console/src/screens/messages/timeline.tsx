import type { TimelineEntry } from "@hilum/contract/api";
import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconArrowsSplit2,
  IconBan,
  IconCheck,
  IconClock,
  IconHelp,
  IconInbox,
  IconRefresh,
  IconSend,
  IconX,
  type Icon,
} from "@tabler/icons-react";
import { laneColours, LaneList, LaneRow, type LaneTone } from "../../look/lanes.tsx";
import type { Tone } from "../../look/tokens.ts";
import { Go } from "../../shell/go.tsx";
import { actorName, clockMs, duration, moment } from "../../text/format.ts";
import { causeWords } from "../../text/words.ts";
import { usePluginName } from "../plugin/plugin-names.ts";
import { planLanes, type PlannedProvider } from "./lane-plan.ts";

const looks: Record<
  TimelineEntry["kind"],
  { icon: Icon; tone?: Tone; title(entry: TimelineEntry, provider: string): string }
> = {
  accepted: { icon: IconInbox, title: () => "Accepted and written to disk" },
  routed: { icon: IconArrowsSplit2, title: (_, provider) => `Routed to ${provider}` },
  attempt: { icon: IconArrowsSplit2, title: (_, provider) => `Handed to ${provider}` },
  sent: { icon: IconSend, tone: "ok", title: (_, provider) => `Taken by ${provider}` },
  delivered: { icon: IconCheck, tone: "ok", title: () => "Delivered" },
  refused: { icon: IconX, tone: "bad", title: (_, provider) => `Refused by ${provider}` },
  failed: { icon: IconX, tone: "bad", title: (_, provider) => `Failed at ${provider}` },
  failed_over: { icon: IconArrowsExchange, tone: "warn", title: (_, provider) => `Failover to ${provider}` },
  retry_scheduled: {
    icon: IconClock,
    tone: "warn",
    title: (entry) =>
      entry.nextAttemptAt === undefined ? "Another try is planned" : `Next try ${moment(entry.nextAttemptAt)}`,
  },
  uncertain: { icon: IconHelp, tone: "warn", title: () => "Uncertain: it may have gone out" },
  dead: { icon: IconAlertTriangle, tone: "bad", title: () => "Given up by Hilum" },
  resent: { icon: IconRefresh, title: () => "Tried again by hand" },
  cancelled: { icon: IconBan, tone: "idle", title: () => "Cancelled" },
  discarded: { icon: IconBan, tone: "idle", title: () => "Discarded" },
};

/** What happened to a message, one lane per actor, with exact times. */
export function Timeline({ timeline }: { timeline: readonly TimelineEntry[] }) {
  const { rows, providers } = planLanes(timeline);
  const nameOf = usePluginName();
  return (
    <>
      <p className="lane-head">
        <LaneName tone="none" text="Hilum" />
        {providers.map((provider) => (
          <LaneName key={provider.lane} tone={provider.tone} text={describeProvider(provider, nameOf)} />
        ))}
      </p>
      <LaneList providers={providers.length}>
        {rows.map(({ entry, ...drawn }, at) => {
          const look = looks[entry.kind];
          const before = rows[at - 1]?.entry;
          const since = before === undefined ? undefined : new Date(entry.at).getTime() - new Date(before.at).getTime();
          return (
            <LaneRow
              key={`${at} ${entry.kind}`}
              {...drawn}
              mark={look.tone}
              icon={<look.icon size={14} stroke={2.4} aria-hidden />}
              title={look.title(
                entry,
                entry.plugin === undefined ? "the provider" : nameOf(entry.plugin, entry.instance),
              )}
              at={clockMs(entry.at)}
              since={since === undefined ? undefined : `after ${duration(since)}`}
            >
              <EntryText entry={entry} />
            </LaneRow>
          );
        })}
      </LaneList>
    </>
  );
}

function describeProvider(
  { plugin, instance, role }: PlannedProvider,
  nameOf: (plugin: string, instance?: string) => string,
): string {
  const name = nameOf(plugin, instance);
  if (role === undefined) return name;
  return role === "first" ? `${name}, first choice` : `${name}, backup`;
}

function LaneName({ tone, text }: { tone: LaneTone; text: string }) {
  return (
    <span>
      <i style={{ ["--c" as string]: laneColours[tone] }} />
      {text}
    </span>
  );
}

function EntryText({ entry }: { entry: TimelineEntry }) {
  return (
    <div className="stack xs">
      {entry.attempt !== undefined && (
        <span>
          Attempt {entry.attempt}
          {entry.durationMs !== undefined && `, took ${duration(entry.durationMs)}`}
        </span>
      )}
      {entry.actor !== undefined && <span>By {actorName(entry.actor)}</span>}
      {entry.kind === "failed_over" ? (
        <span>
          {entry.detail !== undefined && `${entry.detail}. `}
          Nothing had gone out. Same text, same key: the recipient cannot get it twice.
        </span>
      ) : (
        entry.detail !== undefined && <span>{entry.detail}</span>
      )}
      {entry.cause !== undefined && entry.kind !== "failed_over" && <span>Cause: {causeWords[entry.cause]}</span>}
      {entry.kind !== "failed_over" && (entry.reply !== undefined || entry.fix !== undefined) && (
        <details>
          <summary>{entry.fix === undefined ? "Reply" : "Reply and mend"}</summary>
          {entry.reply !== undefined && <pre className="reply">{entry.reply}</pre>}
          {entry.fix !== undefined && <p>What to do: {entry.fix}</p>}
          {entry.code !== undefined && <code>{entry.code}</code>}
        </details>
      )}
      {entry.plugin !== undefined && (entry.kind === "refused" || entry.kind === "failed") && (
        <Go to={`/plugins/${entry.plugin}/health${entry.instance === undefined ? "" : `?instance=${entry.instance}`}`}>
          Health of the plugin
        </Go>
      )}
    </div>
  );
}
