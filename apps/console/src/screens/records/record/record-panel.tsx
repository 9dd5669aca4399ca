import type { FieldGroup, RecordPage } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import type { RecordSearch } from "../../../routes/records.ts";
import { sayMoment } from "../../../text/format.ts";
import { without } from "../../../text/search.ts";
import type { Reveal } from "../glass/use-reveal.ts";
import { fieldWords, maskedClass } from "../record-words.ts";
import { FhirView } from "./fhir-view.tsx";
import { ReadView } from "./read-view.tsx";

const route = getRouteApi("/app/records/$type/$id");
const views = [
  [undefined, "Read"],
  ["fhir", "FHIR"],
  ["json", "JSON"],
] as const;

/** The record itself: as a person reads it, by its FHIR elements, or as it is stored. */
export function RecordPanel({ page, reveal }: { page: RecordPage; reveal: Reveal }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { view } = search;
  const { revealed, problem } = reveal;
  const resource = revealed?.resource ?? page.resource;
  const choose = (next: RecordSearch["view"]): void =>
    void navigate({ search: { ...without(search, "view"), ...(next !== undefined && { view: next }) }, replace: true });
  return (
    <Panel
      title="Record"
      end={
        <div className="row" role="group" aria-label="How to show it">
          {views.map(([name, label]) => (
            <button
              key={label}
              type="button"
              className="chip"
              aria-pressed={view === name}
              onClick={() => choose(name)}
            >
              {label}
            </button>
          ))}
        </div>
      }
      foot={
        <span>
          {revealed === undefined ? (
            <>
              <IconEyeOff size={16} aria-hidden /> Masked by the server: what is hidden did not come into this browser.
            </>
          ) : (
            <>
              <IconEye size={16} aria-hidden /> {clearWords(revealed.revealed)}
            </>
          )}
        </span>
      }
    >
      <div className="stack md">
        {problem !== null && <ApiProblemPanel problem={problem} />}
        {page.record.deleted && <p className="dim">This version says that the record was deleted. It holds nothing.</p>}
        {view === undefined &&
          (revealed === undefined ? (
            <KeyValue
              rows={Object.fromEntries(
                page.record.lines.map(({ label, value }) => [
                  label,
                  <span key={label} className={maskedClass(value)}>
                    {sayMoment(value)}
                  </span>,
                ]),
              )}
            />
          ) : (
            <div className="revealed">
              <ReadView resource={revealed.resource} />
            </div>
          ))}
        {view !== undefined && resource === undefined && (
          <p className="dim">There is nothing to show of this version.</p>
        )}
        {view === "fhir" && resource !== undefined && (
          <div className={revealed === undefined ? undefined : "revealed"}>
            <FhirView resource={resource} />
          </div>
        )}
        {view === "json" && resource !== undefined && (
          <pre
            className={revealed === undefined ? "reply json" : "reply json revealed"}
            tabIndex={0}
            role="region"
            aria-label="JSON of the record"
          >
            {JSON.stringify(resource, null, 2)}
          </pre>
        )}
      </div>
    </Panel>
  );
}

function clearWords(revealed: readonly FieldGroup[]): string {
  if (revealed.length === Object.keys(fieldWords).length) return "Everything is in the clear.";
  return `In the clear: ${revealed.map((field) => fieldWords[field].toLowerCase()).join("; ")}. The rest is masked.`;
}
