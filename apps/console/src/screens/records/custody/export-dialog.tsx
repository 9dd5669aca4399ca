import { purposeCodes, purposesOfUse, type PurposeOfUse } from "@hilum/contract";
import type { PatientOverview } from "@hilum/contract/api";
import { Button, Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { useGo } from "../../../shell/go.tsx";
import { maskedClass } from "../record-words.ts";

const reasonMin = 15;
const recipientMin = 3;

interface ExportDialogProps {
  patient: string;
  /** Masked. */
  title: string;
  types: PatientOverview["types"];
  onClose(): void;
}

/** Asks for a patient's records as a file; another person decides. */
export function ExportDialog({ patient, title, types, onClose }: ExportDialogProps) {
  const go = useGo();
  const request = useAct("requestExport", "Asked for. Another person decides it now.");
  const [recipient, setRecipient] = useState("");
  const [purpose, setPurpose] = useState<PurposeOfUse | "">("");
  const [reason, setReason] = useState("");
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(false);
  const faults = {
    recipient: recipient.trim().length < recipientMin ? "Write who gets it." : undefined,
    purpose: purpose === "" ? "Choose a purpose." : undefined,
    reason: reason.trim().length < reasonMin ? `Write at least ${reasonMin} characters.` : undefined,
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    const first = Object.entries(faults).find(([, fault]) => fault !== undefined)?.[0];
    if (first !== undefined) return document.getElementById(`export-${first}`)?.focus();
    if (purpose === "") return;
    const asked = await request.run({
      body: {
        ...{ patient, purpose, recipient: recipient.trim(), reason: reason.trim() },
        ...(wanted.length > 0 && { types: [...wanted] }),
      },
    });
    if (asked !== undefined) go("/records/exports");
  };
  const shown: Partial<typeof faults> = tried ? faults : {};
  return (
    <Dialog onClose={onClose} title="Ask for an export?" size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {request.problem !== null && <ApiProblemPanel problem={request.problem} />}
        <p className="dim">
          All that is kept about <span className={maskedClass(title)}>{title}</span>, in the clear, in one file. An
          administrator or auditor other than you approves it; then it can be downloaded once. What the patient’s
          consents hold back stays out.
        </p>
        <TextInput
          id="export-recipient"
          label="Who gets it"
          required
          data-autofocus
          maxLength={300}
          autoComplete="off"
          value={recipient}
          error={shown.recipient}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        <NativeSelect
          id="export-purpose"
          label="What for"
          required
          data={[
            { value: "", label: "Choose a purpose" },
            ...purposeCodes.map((code) => ({ value: code, label: purposesOfUse[code] })),
          ]}
          value={purpose}
          error={shown.purpose}
          onChange={(event) => setPurpose(event.currentTarget.value as PurposeOfUse | "")}
        />
        <Textarea
          id="export-reason"
          label="Reason, in your words"
          description={`At least ${reasonMin} characters. Who decides it reads it.`}
          required
          rows={2}
          maxLength={500}
          value={reason}
          error={shown.reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {types.length > 1 && (
          <Checkbox.Group
            label="Only these kinds of records"
            description="None chosen: all of them."
            value={[...wanted]}
            onChange={setWanted}
          >
            <div className="choices">
              {types.map(({ type, label }) => (
                <Checkbox key={type} value={type} label={label} />
              ))}
            </div>
          </Checkbox.Group>
        )}
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={request.may} running={request.running}>
            Ask for it
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
