import { useElementSize } from "@mantine/hooks";
import { IconCheck, IconTable } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { UnpluggedMark } from "./mark.tsx";
import { Panel } from "./panel.tsx";

interface ChartProps {
  title: string;
  /** What the picture says, as a sentence. */
  sentence: ReactNode;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  height?: number;
  renderPicture(width: number, height: number): ReactNode;
}

/** Every chart: a sentence first, labels on the marks, and the same numbers as a table on the same spot. */
export function Chart({ title, sentence, head, rows, height = 182, renderPicture }: ChartProps) {
  const { ref, width } = useElementSize();
  const [asTable, setAsTable] = useState(false);
  const toggle = (
    <button type="button" className="tbtn" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
      <IconTable size={15} aria-hidden />
      Table view
    </button>
  );
  return (
    <Panel title={title} end={toggle}>
      <figure className="chart">
        <figcaption>{sentence}</figcaption>
        <div ref={ref}>
          {asTable && (
            <div className="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
              <table className="t">
                <caption className="vh">{title}</caption>
                <thead>
                  <tr>
                    {head.map((name) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={String(row[0])}>
                      {row.map((cell, at) =>
                        at === 0 ? (
                          <th key={head[at]} scope="row">
                            {cell}
                          </th>
                        ) : (
                          <td key={head[at]} className="num">
                            {cell}
                          </td>
                        ),
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {!asTable && width > 0 && (
            <svg width={width} height={height} role="img" aria-label={`${title}. Open Table view for the numbers.`}>
              {renderPicture(width, height)}
            </svg>
          )}
        </div>
      </figure>
    </Panel>
  );
}

/** The log as a chain. `brokenAt` is the place of the broken link, 0 to 1; a chain that was not verified is grey. */
export function ChainStrip({
  links = 37,
  brokenAt,
  proven = true,
}: {
  links?: number;
  brokenAt?: number | undefined;
  proven?: boolean;
}) {
  const at = brokenAt === undefined ? undefined : Math.min(links - 1, Math.max(1, Math.round(brokenAt * (links - 1))));
  const stateOf = (link: number): string | undefined => {
    if (!proven) return "open";
    return at === undefined || link < at ? undefined : link === at ? "bad" : "open";
  };
  return (
    <div className="chain" aria-hidden>
      {Array.from({ length: links }, (_, link) => (
        <i key={link} data-s={stateOf(link)} />
      ))}
    </div>
  );
}

/** What this is, why it is empty, one action, one link. */
export function Empty({
  title,
  children,
  action,
  more,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
  more?: ReactNode;
}) {
  return (
    <div className="empty">
      <UnpluggedMark />
      <h2>{title}</h2>
      <p>{children}</p>
      {(action !== undefined || more !== undefined) && (
        <div className="acts">
          {action}
          {more}
        </div>
      )}
    </div>
  );
}

export interface Step {
  id: string;
  title: string;
  state: "open" | "current" | "done";
  /** Whether it can be opened now. */
  reachable: boolean;
  /** Small, under the title: who answered it. */
  note?: string;
}

/** The steps of a setup. One that is done can be opened again, and the first open one be gone to; answers are kept. */
export function StepList({ steps, onOpen }: { steps: readonly Step[]; onOpen(id: string): void }) {
  return (
    <ol className="steps">
      {steps.map((step, at) => (
        <li
          key={step.id}
          data-done={step.state === "done" || undefined}
          aria-current={step.state === "current" ? "step" : undefined}
        >
          <span className="dot" aria-hidden>
            {step.state === "done" ? <IconCheck size={16} stroke={2.5} /> : at + 1}
          </span>
          <span className="s1">
            {step.reachable && step.state !== "current" ? (
              <button type="button" className="again" onClick={() => onOpen(step.id)}>
                {step.title}
                <span className="vh">{step.state === "done" ? " (done, open again)" : " (open)"}</span>
              </button>
            ) : (
              step.title
            )}
            {step.note !== undefined && <span className="by">{step.note}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Small bars that repeat a count said in words beside them. */
export function Pips({ states }: { states: readonly ("full" | "open" | "warn")[] }) {
  return (
    <span className="pips" aria-hidden>
      {states.slice(0, 12).map((state, at) => (
        <i key={at} data-open={state === "open" || undefined} data-warn={state === "warn" || undefined} />
      ))}
    </span>
  );
}
