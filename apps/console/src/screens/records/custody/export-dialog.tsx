import { purposeCodes, type PurposeOfUse } from "@hilum/contract";
import type { PatientOverview } from "@hilum/contract/api";
import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useGo } from "../../../shell/go.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { PurposeSelect } from "../purpose-select.tsx";
import { ReasonField, reasonFault } from "../reason-field.tsx";
import { maskedClass } from "../record-words.ts";

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
  const { shown, passes } = useFaults("export", {
    recipient: recipient.trim().length < recipientMin ? "Write who gets it." : undefined,
    purpose: purpose === "" ? "Choose a purpose." : undefined,
    reason: reasonFault(reason),
  });
  const submit = async (): Promise<void> => {
    if (!passes() || purpose === "") return;
    const asked = await request.run({
      body: {
        ...{ patient, purpose, recipient: recipient.trim(), reason: reason.trim() },
        ...(wanted.length > 0 && { types: [...wanted] }),
      },
    });
    if (asked !== undefined) go("/records/exports");
  };
  return (
    <FormDialog
      title="Ask for an export?"
      size={560}
      submit="Ask for it"
      may={request.may}
      running={request.running}
      problem={request.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="dim">
        All that is kept about <span className={maskedClass(title)}>{title}</span>, in the clear, in one file. An
        administrator or auditor other than you approves it; then it can be downloaded once. What the patient’s consents
        hold back stays out.
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
      <PurposeSelect
        id="export-purpose"
        label="What for"
        purposes={purposeCodes}
        value={purpose}
        error={shown.purpose}
        onChange={setPurpose}
      />
      <ReasonField
        id="export-reason"
        reader="Who decides it reads it."
        value={reason}
        error={shown.reason}
        onChange={setReason}
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
    </FormDialog>
  );
}
