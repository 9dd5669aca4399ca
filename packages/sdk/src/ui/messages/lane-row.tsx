import type { CSSProperties, ReactNode } from "react";
import type { Tone } from "../parts/status.tsx";

export const laneColours = ["var(--hl-data)", "var(--hl-bad-mark)", "var(--hl-ok-mark)"] as const;
/** 0: Hilum. 1: a provider that refused. 2: the provider that took the message. */
export type Lane = 0 | 1 | 2;

export interface LaneRowProps {
  lane: Lane;
  tone?: Tone | undefined;
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  at: string;
  since?: string | undefined;
  /** Lanes that run into this row from above and on from it below. */
  up: readonly Lane[];
  down: readonly Lane[];
  /** The lane that branches off here, when the decision is taken. */
  branch?: Lane | undefined;
}

const colour = (lane: Lane): CSSProperties => ({ "--c": laneColours[lane] }) as CSSProperties;
const x = (lane: Lane): string => `var(--x${lane})`;
const y = 13;

/** One event of a message's way. The order of the list alone tells the story without the drawing. */
export function LaneRow({ lane, tone, icon, title, children, at, since, up, down, branch }: LaneRowProps) {
  return (
    <li className="lane-row">
      <div className="rail" aria-hidden>
        {up.map((n) => (
          <span key={`up${n}`} className="vl" style={{ ...colour(n), left: x(n), top: 0, height: y }} />
        ))}
        {down.map((n) => (
          <span key={`down${n}`} className="vl" style={{ ...colour(n), left: x(n), top: y, bottom: 0 }} />
        ))}
        {branch !== undefined && <Branch from={lane} to={branch} />}
        <span className="node" data-tone={tone} style={{ left: x(lane), top: y }}>
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

function Branch({ from, to }: { from: Lane; to: Lane }) {
  return (
    <>
      <svg
        style={{ left: x(from), top: y, width: `calc(${x(to)} - ${x(from)})`, height: 30, overflow: "visible" }}
        viewBox="0 0 100 30"
        preserveAspectRatio="none"
        fill="none"
      >
        <path d="M0 0C0 22 100 8 100 30" stroke={laneColours[to]} strokeWidth="3" vectorEffect="non-scaling-stroke" />
      </svg>
      <span className="vl" style={{ ...colour(to), left: x(to), top: y + 29, bottom: 0 }} />
    </>
  );
}
