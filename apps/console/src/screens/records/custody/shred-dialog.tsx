import { Button, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { useGo } from "../../../shell/go.tsx";

const reasonMin = 15;

/** Asks that everything about a patient is destroyed; nothing happens before another person approves it. */
export function ShredDialog({ patient, title, onClose }: { patient: string; title: string; onClose(): void }) {
  const go = useGo();
  const request = useAct("requestShredding", "Asked for. Another person decides it now.");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < reasonMin;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    if (short) return document.getElementById("shred-reason")?.focus();
    const asked = await request.run({ params: { patient }, body: { reason: reason.trim() } });
    if (asked !== undefined) go("/records/shreddings");
  };
  return (
    <Dialog onClose={onClose} title={`Destroy all about ${title}?`} size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {request.problem !== null && <ApiProblemPanel problem={request.problem} />}
        <Advice tone="bad" title="It cannot be undone.">
          The key of this patient’s records is destroyed: every record, version and document about the patient is gone
          from here for good, from backups too. What was given out before stays where it went.
        </Advice>
        <p className="dim">Another administrator or an auditor has to approve it. Until then nothing happens.</p>
        <Textarea
          id="shred-reason"
          label="Reason, in your words"
          description={`At least ${reasonMin} characters. Who decides it reads it.`}
          required
          data-autofocus
          rows={2}
          maxLength={500}
          value={reason}
          error={tried && short ? `Write at least ${reasonMin} characters.` : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" color="bad" may={request.may} running={request.running}>
            Ask for destruction
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
