import type { ManifestReview } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { Panel } from "../../look/panel.tsx";
import { Status, StatusIcon } from "../../look/status.tsx";

type Problem = ManifestReview["problems"][number];

interface ManifestProblemsProps {
  /** The editor is described by the sentence on top. */
  id: string;
  isChecking: boolean;
  /** Undefined while nothing is written. */
  review: ManifestReview | undefined;
  canMend(problem: Problem): boolean;
  onGo(problem: Problem): void;
  onMend(problem: Problem): void;
}

const effects: Record<ManifestReview["effect"], string> = {
  new: "It would be registered as a new plugin, with no rights.",
  same: "It is registered already, exactly so.",
  revision: "It differs from what is registered: it would wait as a revision.",
  refused: "It would be refused.",
};

/** What is wrong and where, each with the way there and, where one word mends it, the mend. */
export function ManifestProblems({ id, isChecking, review, canMend, onGo, onMend }: ManifestProblemsProps) {
  const problems = review?.problems ?? [];
  return (
    <Panel title="Problems" flush>
      <p className="pad" id={id} role="status">
        <Standing review={review} isChecking={isChecking} />
      </p>
      {problems.length > 0 && (
        <ul className="problems">
          {problems.map((problem) => (
            <li key={`${problem.pointer} ${problem.message}`} data-tone="bad">
              <span className="ic">
                <StatusIcon word="Failed" />
              </span>
              <div>
                <p>
                  <button
                    type="button"
                    className="tbtn place"
                    aria-label={`Go to ${placeOf(problem)}`}
                    onClick={() => onGo(problem)}
                  >
                    {placeOf(problem)}
                  </button>
                </p>
                <p>{problem.message}</p>
                {problem.fix !== undefined && <p className="why">{problem.fix}</p>}
              </div>
              {canMend(problem) && (
                <div className="act">
                  <Button
                    size="compact-sm"
                    aria-label={`Apply fix at ${placeOf(problem)}`}
                    onClick={() => onMend(problem)}
                  >
                    Apply fix
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const placeOf = ({ line, pointer }: Problem): string =>
  line === undefined ? pointer || "the whole text" : `line ${line}${pointer === "" ? "" : `, ${pointer}`}`;

function Standing({ review, isChecking }: { review: ManifestReview | undefined; isChecking: boolean }) {
  if (review === undefined) return <span className="dim">{isChecking ? "Checking…" : "Nothing is written yet."}</span>;
  const { length } = review.problems;
  return (
    <>
      <Status word={length === 0 ? "Passed" : "Failed"} quiet>
        {length === 0 ? "No problems" : length === 1 ? "1 problem" : `${length} problems`}
      </Status>{" "}
      <span className="dim">{isChecking ? "Checking…" : effects[review.effect]}</span>
    </>
  );
}
