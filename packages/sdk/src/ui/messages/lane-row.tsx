import type { CSSProperties, ReactNode } from "react";
import type { Tone } from "../parts/status.tsx";

/** `none`: Hilum's own lane. The others say how it went at a provider. */
export type LaneTone = "none" | "ok" | "warn" | "bad";
/** A lane by its place, Hilum's being 0, in the tone of what it leads to. */
export interface LanePart {
  lane: number;
  tone: LaneTone;
}

export const laneColours: Readonly<Record<LaneTone, string>> = {
  none: "var(--hl-data)",
  ok: "var(--hl-ok-mark)",
  warn: "var(--hl-warn-mark)",
  bad: "var(--hl-bad-mark)",
};

export interface LaneRowProps extends LanePart {
  /** Of the mark, where it is not the lane's own. */
  mark?: Tone | undefined;
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  at: string;
  since?: string | undefined;
  /** Lanes that run into this row from above and on from it below. */
  up: readonly LanePart[];
  down: readonly LanePart[];
  /** The lane that branches off here, where the decision is taken. */
  branch?: LanePart | undefined;
}

const colour = (tone: LaneTone): CSSProperties => ({ "--c": laneColours[tone] }) as CSSProperties;
const x = (lane: number): string => `calc(var(--x0) + ${lane} * var(--step))`;
const y = 13;

/** The list that holds the rows: wide enough for as many providers as there are. */
export function LaneList({ providers, children }: { providers: number; children: ReactNode }) {
  return (
    <ol className="lanes" style={{ "--lanes": Math.max(2, providers) } as CSSProperties}>
      {children}
    </ol>
  );
}

/** One event of a message's way. The order of the list alone tells the story without the drawing. */
export function LaneRow({ lane, tone, mark, icon, title, children, at, since, up, down, branch }: LaneRowProps) {
  return (
    <li className="lane-row">
      <div className="rail" aria-hidden>
        {up.map((part) => (
          <span
            key={`up${part.lane}`}
            className="vl"
            style={{ ...colour(part.tone), left: x(part.lane), top: 0, height: y }}
          />
        ))}
        {down.map((part) => (
          <span
            key={`down${part.lane}`}
            className="vl"
            style={{ ...colour(part.tone), left: x(part.lane), top: y, bottom: 0 }}
          />
        ))}
        {branch !== undefined && <Branch from={lane} to={branch} />}
        <span
          className="node"
          data-tone={mark ?? (tone === "none" ? undefined : tone)}
          style={{ left: x(lane), top: y }}
        >
          {icon}
        </span>
      </div>
      <div className="bd">
        <h3>{title}</h3>
        {children !== undefined && <div className="small dim">{children}</div>}
      </div>
      <div className="at num">
        {at}
        {since !== undefined && (
          <>
            <br /> {since}
          </>
        )}
      </div>
    </li>
  );
}

function Branch({ from, to }: { from: number; to: LanePart }) {
  return (
    <>
      <svg
        style={{
          left: x(from),
          top: y,
          width: `calc(${to.lane - from} * var(--step))`,
          height: 30,
          overflow: "visible",
        }}
        viewBox="0 0 100 30"
        preserveAspectRatio="none"
        fill="none"
      >
        <path
          d="M0 0C0 22 100 8 100 30"
          stroke={laneColours[to.tone]}
          strokeWidth="3"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <span className="vl" style={{ ...colour(to.tone), left: x(to.lane), top: y + 29, bottom: 0 }} />
    </>
  );
}
