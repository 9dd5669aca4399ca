import type { ReactNode } from "react";
import { Glyph, type GlyphName } from "../parts/glyph.tsx";
import type { Tone } from "../parts/status.tsx";
import type { Format } from "../text/format.ts";
import { causeWords } from "../text/words.ts";
import { planLanes, type PlannedProvider, type TimelineStep } from "./lane-plan.ts";
import { laneColours, LaneList, LaneRow, type LaneTone } from "./lane-row.tsx";

interface StepLook {
  glyph: GlyphName;
  tone?: Tone;
  title(entry: TimelineStep, provider: string, format: Pick<Format, "moment">): string;
}

const looks: Readonly<Record<string, StepLook>> = {
  accepted: { glyph: "inbox", title: () => "Accepted and written to disk" },
  routed: { glyph: "split", title: (_, provider) => `Routed to ${provider}` },
  attempt: { glyph: "split", title: (_, provider) => `Handed to ${provider}` },
  sent: { glyph: "send", tone: "ok", title: (_, provider) => `Taken by ${provider}` },
  delivered: { glyph: "check", tone: "ok", title: () => "Delivered" },
  refused: { glyph: "x", tone: "bad", title: (_, provider) => `Refused by ${provider}` },
  failed: { glyph: "x", tone: "bad", title: (_, provider) => `Failed at ${provider}` },
  failed_over: { glyph: "exchange", tone: "warn", title: (_, provider) => `Failover to ${provider}` },
  retry_scheduled: {
    glyph: "clock",
    tone: "warn",
    title: (entry, _, format) =>
      entry.nextAttemptAt === undefined ? "Another try is planned" : `Next try ${format.moment(entry.nextAttemptAt)}`,
  },
  uncertain: { glyph: "help", tone: "warn", title: () => "Uncertain: it may have gone out" },
  dead: { glyph: "warning", tone: "bad", title: () => "Given up by Hilum" },
  resent: { glyph: "again", title: () => "Tried again by hand" },
  cancelled: { glyph: "ban", tone: "idle", title: () => "Cancelled" },
  discarded: { glyph: "ban", tone: "idle", title: () => "Discarded" },
};
/** A kind that a newer Hilum writes is shown by its name. */
const unknownLook: StepLook = { glyph: "dashes", title: ({ kind }) => kind.replaceAll("_", " ") };
const lookOf = (kind: string): StepLook => (Object.hasOwn(looks, kind) ? looks[kind] : undefined) ?? unknownLook;

export interface MessageTimelineProps {
  timeline: readonly TimelineStep[];
  format: Pick<Format, "clockMs" | "duration" | "moment">;
  /** What people call a provider. */
  nameOf(plugin: string, instance: string | undefined): string;
  /** Who acted by hand, as people know them. */
  actorOf?(actor: string): string;
  /** More about an event, below its text. */
  renderMore?(entry: TimelineStep): ReactNode;
}

/** What happened to a message, one lane per actor, with exact times. The console and plugins' pages show the same one. */
export function MessageTimeline({ timeline, format, nameOf, actorOf, renderMore }: MessageTimelineProps) {
  const { rows, providers } = planLanes(timeline);
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
          const look = lookOf(entry.kind);
          const before = rows[at - 1]?.entry;
          const since = before === undefined ? undefined : new Date(entry.at).getTime() - new Date(before.at).getTime();
          const provider = entry.plugin === undefined ? "the provider" : nameOf(entry.plugin, entry.instance);
          return (
            <LaneRow
              key={`${at} ${entry.kind}`}
              {...drawn}
              mark={look.tone}
              icon={<Glyph name={look.glyph} size={14} stroke={2.4} />}
              title={look.title(entry, provider, format)}
              at={format.clockMs(entry.at)}
              since={since === undefined ? undefined : `after ${format.duration(since)}`}
            >
              <EntryText
                entry={entry}
                provider={provider}
                format={format}
                actorOf={actorOf}
                more={renderMore?.(entry)}
              />
            </LaneRow>
          );
        })}
      </LaneList>
    </>
  );
}

function describeProvider({ plugin, instance, role }: PlannedProvider, nameOf: MessageTimelineProps["nameOf"]): string {
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

interface EntryTextProps {
  entry: TimelineStep;
  provider: string;
  format: Pick<Format, "duration">;
  actorOf: MessageTimelineProps["actorOf"];
  more: ReactNode;
}

function EntryText({ entry, provider, format, actorOf = (actor) => actor, more }: EntryTextProps) {
  return (
    <div className="stack xs">
      {entry.attempt !== undefined && (
        <span>
          Attempt {entry.attempt}
          {entry.durationMs !== undefined && `, took ${format.duration(entry.durationMs)}`}
        </span>
      )}
      {entry.kind === "delivered" && entry.plugin !== undefined && <span>By a receipt of {provider}</span>}
      {entry.actor !== undefined && <span>By {actorOf(entry.actor)}</span>}
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
      {more}
    </div>
  );
}
