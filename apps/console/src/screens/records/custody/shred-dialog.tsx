import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Advice } from "../../../look/problem.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useGo } from "../../../shell/go.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { ReasonField, reasonFault } from "../reason-field.tsx";

/** Asks that everything about a patient is destroyed; nothing happens before another person approves it. */
export function ShredDialog({ patient, title, onClose }: { patient: string; title: string; onClose(): void }) {
  const go = useGo();
  const request = useAct("requestShredding", "Asked for. Another person decides it now.");
  const [reason, setReason] = useState("");
  const { shown, passes } = useFaults("shred", { reason: reasonFault(reason) });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const asked = await request.run({ params: { patient }, body: { reason: reason.trim() } });
    if (asked !== undefined) go("/records/shreddings");
  };
  return (
    <FormDialog
      title={`Destroy all about ${title}?`}
      size={560}
      submit="Ask for destruction"
      danger
      may={request.may}
      running={request.running}
      problem={request.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <Advice tone="bad" title="It cannot be undone.">
        The key of this patient’s records is destroyed: every record, version and document about the patient is gone
        from here for good, from backups too. What was given out before stays where it went.
      </Advice>
      <p className="dim">Another administrator or an auditor has to approve it. Until then nothing happens.</p>
      <ReasonField
        id="shred-reason"
        reader="Who decides it reads it."
        autoFocus
        value={reason}
        error={shown.reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
