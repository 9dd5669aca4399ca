import type { MaskedRecord, OpenGlass } from "@hilum/contract/api";
import { PatientBanner } from "@hilum/sdk/ui";
import { useEffect, type ReactNode } from "react";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { focusHeading } from "../../../shell/focus-heading.ts";
import { Go } from "../../../shell/go.tsx";
import { useCopyNote } from "../glass/use-copy-note.ts";
import { useReveal } from "../glass/use-reveal.ts";
import { elementWords, sayValue, type FhirObject } from "../record/fhir-value.ts";
import { recordPath } from "../record-words.ts";

interface RevealedBannerProps {
  id: string;
  glass: OpenGlass;
  patient: MaskedRecord;
  flags: ReactNode;
}

/** Who the patient is, once it is asked for under an open glass; masked again when the person leaves. */
export function RevealedBanner({ id, glass, patient, flags }: RevealedBannerProps) {
  const reveal = useReveal(glass, { type: "Patient", id });
  const { revealed, running, problem, show, copied } = reveal;
  const resource: FhirObject | undefined = revealed?.resource;
  const isRevealed = resource !== undefined;
  useCopyNote(isRevealed, copied);
  useEffect(() => {
    if (isRevealed) focusHeading();
  }, [isRevealed]);
  return (
    <div className="stack md">
      {problem !== null && <ApiProblemPanel problem={problem} />}
      <div className={resource === undefined ? undefined : "revealed"}>
        <PatientBanner
          name={resource === undefined ? patient.title : (firstOf(resource["name"]) ?? patient.title)}
          lines={resource === undefined ? patient.lines : linesOf(resource)}
          masked={resource === undefined}
          flags={flags === false ? undefined : flags}
          acts={
            <>
              {resource === undefined && (
                <ActButton running={running} onClick={() => void show()}>
                  Show who it is
                </ActButton>
              )}
              <Go to={recordPath({ type: "Patient", id })}>Open the record</Go>
            </>
          }
        />
      </div>
    </div>
  );
}

const firstOf = (value: unknown): string | undefined =>
  sayValue(Array.isArray(value) ? (value as unknown[])[0] : value);

/** What tells one patient from another, in the order in which people compare it. */
function linesOf(resource: FhirObject): { label: string; value: string }[] {
  return ["birthDate", "gender", "identifier", "telecom", "address"].flatMap((name) => {
    const value = firstOf(resource[name]);
    return value === undefined ? [] : [{ label: elementWords(name), value }];
  });
}
