import type { ListingDetail } from "@hilum/contract/api";
import { IconCheck } from "@tabler/icons-react";
import { Evidence } from "../../look/evidence.tsx";
import { Panel } from "../../look/panel.tsx";
import { qualityPromises, qualitySteps, qualityTitles, type QualityStep } from "./market-words.ts";

type Criterion = ListingDetail["qualityCriteria"][number];
type Level = ListingDetail["quality"];

const rank = (level: Level): number => qualitySteps.indexOf(level as QualityStep);

/** Small ports beside the word that says the same. */
export function Ports({ level }: { level: Level }) {
  return (
    <span className="ports" aria-hidden>
      {qualitySteps.map((step, at) => (
        <i key={step} data-on={at <= rank(level) || undefined} />
      ))}
    </span>
  );
}

/** The levels as ports on one vessel, and under them each criterion with what shows it. */
export function QualityPanel({ level, criteria }: { level: Level; criteria: readonly Criterion[] }) {
  const reached = rank(level);
  const next = qualitySteps[reached + 1];
  const missing = criteria.filter((row) => row.level === next && !row.met);
  return (
    <Panel
      title={level === "none" ? "Quality: no level yet" : `Quality: ${qualityTitles[level].toLowerCase()}`}
      flush
      foot={<span>Computed by this Hilum from signed evidence about these very bytes. Nobody gives stars.</span>}
    >
      <div style={{ padding: "4px 20px 18px" }}>
        <ol className="scale">
          {qualitySteps.map((step, at) => (
            <li key={step} data-off={at > reached || undefined} data-last={at === reached || undefined}>
              <span className="dot" aria-hidden>
                {at <= reached ? <IconCheck size={16} stroke={2.5} /> : at + 1}
              </span>
              <b>
                {qualityTitles[step]}
                <span className="vh">{at <= reached ? " (reached)" : " (not reached)"}</span>
              </b>
              <span className="small">{qualityPromises[step]}</span>
            </li>
          ))}
        </ol>
        {next !== undefined && missing.length > 0 && (
          <p className="small dim" style={{ marginTop: 12 }}>
            To {qualityTitles[next].toLowerCase()} it lacks:{" "}
            {missing.map(({ title }) => title.toLowerCase()).join("; ")}.
          </p>
        )}
      </div>
      {qualitySteps.map((step) => (
        <Criteria
          key={step}
          step={step}
          rows={criteria.filter((row) => row.level === step)}
          open={step === next && level !== "none"}
        />
      ))}
    </Panel>
  );
}

function Criteria({ step, rows, open }: { step: QualityStep; rows: readonly Criterion[]; open: boolean }) {
  if (rows.length === 0) return null;
  const met = rows.filter((row) => row.met).length;
  return (
    <details className="help criteria" open={open}>
      <summary>
        {qualityTitles[step]}: {met} of {rows.length} met
      </summary>
      <ul>
        {rows.map(({ id, title, met: is, evidence }) => (
          <Evidence key={id} word={is ? "Passed" : "Missing"} title={title} detail={evidence} />
        ))}
      </ul>
    </details>
  );
}
