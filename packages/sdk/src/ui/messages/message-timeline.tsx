import type { ReactNode } from "react";
import { Glyph, type GlyphName } from "../parts/glyph.tsx";
import type { Tone } from "../parts/status.tsx";
import type { Format } from "../text/format.ts";
import { causeWords } from "../text/words.ts";
import { planLanes, type TimelineStep } from "./lane-plan.ts";
import { laneColours, LaneRow } from "./lane-row.tsx";

interface StepLook {
  glyph: GlyphName;
  tone?: Tone;
  title(entry: TimelineStep, provider: string, format: Pick<Format, "moment">): string;
}

const looks: Readonly<Record<string, StepLook>> = {
  accepted: { glyph: "inbox", title: () => "Accepted and written to disk" },
  routed: { glyph: "split", title: (_, provider) => `Routed to ${provider}` },
  attempt: { glyph: "play", title: (_, provider) => `Handed to ${provider}` },
  sent: { glyph: "send", tone: "ok", title: (_, provider) => `Taken by ${provider}` },
  delivered: { glyph: "check", tone: "ok", title: () => "Delivered" },
  refused: { glyph: "x", tone: "bad", title: (_, provider) => `Refused by ${provider}` },
  failed: { glyph: "x", tone: "bad", title: (_, provider) => `Failed at ${provider}` },
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
  const rows = planLanes(timeline);
  const used = new Set(rows.map(({ lane }) => lane));
  return (
    <>
      <p className="lane-head">
        <LaneName lane={0} text="Hilum" />
        {used.has(1) && <LaneName lane={1} text="Attempts that failed" />}
        {used.has(2) && <LaneName lane={2} text="The attempt that was taken" />}
      </p>
      <ol className="lanes">
        {rows.map(({ entry, lane, up, down, branch }, at) => {
          const look = lookOf(entry.kind);
          const before = timeline[at - 1];
          const since = before === undefined ? undefined : new Date(entry.at).getTime() - new Date(before.at).getTime();
          const provider = entry.plugin === undefined ? "the provider" : nameOf(entry.plugin, entry.instance);
          return (
            <LaneRow
              key={`${at} ${entry.kind}`}
              lane={lane}
              tone={look.tone}
              icon={<Glyph name={look.glyph} size={14} stroke={2.4} />}
              title={look.title(entry, provider, format)}
              at={format.clockMs(entry.at)}
              since={since === undefined ? undefined : `after ${format.duration(since)}`}
              up={up}
              down={down}
              branch={branch}
            >
              <EntryText entry={entry} format={format} actorOf={actorOf} more={renderMore?.(entry)} />
            </LaneRow>
          );
        })}
      </ol>
    </>
  );
}

function LaneName({ lane, text }: { lane: 0 | 1 | 2; text: string }) {
  return (
    <span>
      <i style={{ ["--c" as string]: laneColours[lane] }} />
      {text}
    </span>
  );
}

interface EntryTextProps {
  entry: TimelineStep;
  format: Pick<Format, "duration">;
  actorOf: MessageTimelineProps["actorOf"];
  more: ReactNode;
}

function EntryText({ entry, format, actorOf = (actor) => actor, more }: EntryTextProps) {
  return (
    <div className="stack xs">
      {entry.attempt !== undefined && (
        <span>
          Attempt {entry.attempt}
          {entry.durationMs !== undefined && `, took ${format.duration(entry.durationMs)}`}
        </span>
      )}
      {entry.actor !== undefined && <span>By {actorOf(entry.actor)}</span>}
      {entry.detail !== undefined && <span>{entry.detail}</span>}
      {entry.cause !== undefined && <span>Cause: {causeWords[entry.cause]}</span>}
      {(entry.reply !== undefined || entry.fix !== undefined) && (
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
