import type { Dashboard } from "@hilum/contract/api";
import { Chart } from "../../look/pictures.tsx";
import { count, hourMinute, many } from "../../text/format.ts";

type Hour = Dashboard["messages"]["hours"][number];
const edge = { left: 34, right: 4, top: 26, bottom: 24 };

/** Messages of the last 24 hours: what went at the first try in grey, what needed more in amber, failures marked. */
export function MessageChart({ hours }: { hours: readonly Hour[] }) {
  const sum = (part: (hour: Hour) => number): number => hours.reduce((total, hour) => total + part(hour), 0);
  const [sent, retried, failed] = [sum((h) => h.sent), sum((h) => h.retried), sum((h) => h.failed)];
  return (
    <Chart
      title="Messages in the last 24 hours"
      sentence={
        <b className="strong">
          {many(sent + retried + failed, "message")}: {count(sent)} at the first try, {count(retried)} after more tries,{" "}
          {count(failed)} failed.
        </b>
      }
      head={["Hour", "First try", "After more tries", "Failed"]}
      rows={hours.map((hour) => [hourMinute(hour.hour), hour.sent, hour.retried, hour.failed])}
      renderPicture={(width, height) => <Bars hours={hours} width={width} height={height} />}
    />
  );
}

function Bars({ hours, width, height }: { hours: readonly Hour[]; width: number; height: number }) {
  const top = niceTop(Math.max(4, ...hours.map((h) => h.sent + h.retried)));
  const plot = { width: width - edge.left - edge.right, height: height - edge.bottom - edge.top };
  const step = plot.width / Math.max(1, hours.length);
  const y = (value: number): number => edge.top + plot.height - (value / top) * plot.height;
  const every = width < 420 ? 9 : 3;
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line
            x1={edge.left}
            x2={width - edge.right}
            y1={y(top * share)}
            y2={y(top * share)}
            stroke="var(--hl-line)"
          />
          <text x={edge.left - 8} y={y(top * share) + 4} textAnchor="end">
            {count(top * share)}
          </text>
        </g>
      ))}
      {hours.map((hour, at) => {
        const x = edge.left + at * step + step * 0.14;
        const bar = step * 0.72;
        return (
          <g key={hour.hour}>
            <rect x={x} y={y(hour.sent)} width={bar} height={y(0) - y(hour.sent)} rx="1.5" fill="var(--hl-data)" />
            {hour.retried > 0 && (
              <rect
                x={x}
                y={y(hour.sent + hour.retried)}
                width={bar}
                height={Math.max(2, y(hour.sent) - y(hour.sent + hour.retried) - 1.5)}
                rx="1.5"
                fill="var(--hl-warn-mark)"
              />
            )}
            {hour.failed > 0 && (
              <path
                d={`M${x + bar / 2 - 4} ${y(hour.sent + hour.retried) - 12}l8 8m0-8l-8 8`}
                stroke="var(--hl-bad-mark)"
                strokeWidth="2.4"
                strokeLinecap="round"
              />
            )}
            {at % every === 0 && (
              <text x={x + bar / 2} y={height - 5} textAnchor="middle">
                {hourMinute(hour.hour)}
              </text>
            )}
          </g>
        );
      })}
      <Exceptions hours={hours} width={width} />
    </>
  );
}

/** The newest exception, named in words above the bars. */
function Exceptions({ hours, width }: { hours: readonly Hour[]; width: number }) {
  const last = hours.findLast((hour) => hour.retried + hour.failed > 0);
  if (last === undefined) return null;
  return (
    <text className="lead" x={width - edge.right} y={12} textAnchor="end">
      <tspan>{hourMinute(last.hour)}: </tspan>
      {last.retried > 0 && <tspan style={{ fill: "var(--hl-warn-fg)" }}>{last.retried} after more tries</tspan>}
      {last.retried > 0 && last.failed > 0 && <tspan>, </tspan>}
      {last.failed > 0 && <tspan style={{ fill: "var(--hl-bad-fg)" }}>{last.failed} failed</tspan>}
    </text>
  );
}

/** The next round number above: 4, 10, 20, 50, 100, … */
function niceTop(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * size).find((candidate) => candidate >= value) ?? value;
}
