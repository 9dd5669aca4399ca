import { purposeCodes, purposesOfUse, type PurposeOfUse } from "@hilum/contract";
import type { PatientConsent } from "@hilum/contract/api";
import { Checkbox, NativeSelect } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { day } from "../../../text/format.ts";
import { recordPath } from "../record-words.ts";

const wordsOf = (purpose: string): string => (purposesOfUse as Record<string, string>)[purpose] ?? purpose;

/** What the patient permits and forbids, and what comes of it for a purpose. */
export function ConsentPanel({ patient, consents }: { patient: string; consents: readonly PatientConsent[] }) {
  return (
    <Panel title="Consents" flush>
      {consents.length === 0 ? (
        <p className="bd-note dim">No consent is recorded. What the law lets go without one may go.</p>
      ) : (
        <ul className="consents">
          {consents.map((consent) => (
            <li key={consent.id}>
              <div className="row">
                <Status word={consent.decision === "permit" ? "Permitted" : "Not permitted"} quiet={!consent.inForce} />
                <Go to={recordPath({ type: "Consent", id: consent.id })}>{consent.kind}</Go>
                {!consent.inForce && <span className="tag">Not in force</span>}
              </div>
              <p className="small dim">
                {consent.purposes.length === 0 ? "For every purpose" : consent.purposes.map(wordsOf).join(", ")}
                {consent.from !== undefined && `, from ${day(consent.from)}`}
                {consent.until !== undefined && `, until ${day(consent.until)}`}
              </p>
            </li>
          ))}
        </ul>
      )}
      <ConsentCheck patient={patient} />
    </Panel>
  );
}

/** Asks the rules that every read and send asks. */
function ConsentCheck({ patient }: { patient: string }) {
  const check = useAct("checkConsent", undefined, { refresh: false });
  const [purpose, setPurpose] = useState<PurposeOfUse>("TREAT");
  const [part2, setPart2] = useState(false);
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof check.run>>>();
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAnswer(await check.run({ params: { patient }, body: { purpose, ...(part2 && { part2 }) } }));
  };
  return (
    <form className="stack sm consent-check" onSubmit={(event) => void ask(event)}>
      <NativeSelect
        label="May data go out for…"
        data={purposeCodes.map((code) => ({ value: code, label: purposesOfUse[code] }))}
        value={purpose}
        onChange={(event) => {
          setAnswer(undefined);
          setPurpose(event.currentTarget.value as PurposeOfUse);
        }}
      />
      <Checkbox
        label="Records under 42 CFR part 2"
        checked={part2}
        onChange={(event) => {
          setAnswer(undefined);
          setPart2(event.currentTarget.checked);
        }}
      />
      {check.problem !== null && <ApiProblemPanel problem={check.problem} />}
      <div className="row">
        <ActButton type="submit" size="compact-sm" may={check.may} running={check.running}>
          Check
        </ActButton>
      </div>
      <div role="status">
        {answer !== undefined && (
          <p>
            <Status word={answer.allowed ? "Permitted" : "Not permitted"} /> {answer.says}
            {answer.notice && " The notice of 42 CFR 2.32 goes with it."}
          </p>
        )}
      </div>
    </form>
  );
}
