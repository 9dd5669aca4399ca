import type { ReactNode } from "react";
import { Glyph, type GlyphName } from "./glyph.tsx";

export type Tone = "ok" | "warn" | "bad" | "info" | "idle" | "hold";

/** Status words are a closed list: each has one tone and one drawing, so nobody picks a colour. */
const words = {
  Healthy: ["ok", "check-round"],
  Passed: ["ok", "check-round"],
  Delivered: ["ok", "check-round"],
  Sent: ["ok", "send"],
  Connected: ["ok", "check-round"],
  On: ["ok", "check-round"],
  Degraded: ["warn", "warning"],
  Warning: ["warn", "warning"],
  Retrying: ["warn", "clock"],
  Uncertain: ["warn", "help"],
  Failing: ["bad", "x-round"],
  Failed: ["bad", "x-round"],
  Refused: ["bad", "x-round"],
  Missing: ["bad", "x-round"],
  "Setup needed": ["info", "tool"],
  Note: ["info", "info"],
  Queued: ["idle", "clock"],
  Sending: ["idle", "again"],
  Running: ["idle", "again"],
  "Not tested": ["idle", "dashes"],
  "Not run": ["idle", "dashes"],
  Disabled: ["idle", "pause"],
  Cancelled: ["idle", "ban"],
  Discarded: ["idle", "ban"],
  Off: ["idle", "dashes"],
  Quarantined: ["hold", "lock"],
} as const satisfies Record<string, readonly [Tone, GlyphName]>;
export type StatusWord = keyof typeof words;

export const toneOfStatus = (word: StatusWord): Tone => words[word][0];

/** A badge. `quiet` drops the tint: use it for what is fine. Other words than the status's own may be shown. */
export function Status({ word, quiet = false, children }: { word: StatusWord; quiet?: boolean; children?: ReactNode }) {
  const [tone, glyph] = words[word];
  return (
    <span className="badge" data-tone={tone} data-quiet={quiet || undefined}>
      <Glyph name={glyph} />
      {children ?? word}
    </span>
  );
}

export function StatusGlyph({ word, size = 19 }: { word: StatusWord; size?: number }) {
  return <Glyph name={words[word][1]} size={size} />;
}
