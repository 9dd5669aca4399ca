import { purposeCodes, purposesOfUse, type PurposeOfUse } from "@hilum/contract";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";

const wordsMin = 3;

interface EnterDisclosureDialogProps {
  patient: string;
  /** Masked. */
  name: string;
  onClose(): void;
}

/** Writes down what was given out by other ways than this platform: the patient is owed an account of that too. */
export function EnterDisclosureDialog({ patient, name, onClose }: EnterDisclosureDialogProps) {
  const enter = useAct("enterDisclosure", "The disclosure is written down");
  const [day, setDay] = useState("");
  const [recipient, setRecipient] = useState("");
  const [what, setWhat] = useState("");
  const [purpose, setPurpose] = useState<PurposeOfUse | "">("");
  const [part2, setPart2] = useState(false);
  const [tried, setTried] = useState(false);
  const [openedAt] = useState(() => Date.now());
  const at = new Date(`${day}T12:00:00`);
  const faults = {
    day: Number.isNaN(at.getTime()) ? "Choose the day." : at.getTime() > openedAt ? "It lies ahead." : undefined,
    recipient: recipient.trim().length < wordsMin ? "Write who received it." : undefined,
    what: what.trim().length < wordsMin ? "Write what it was." : undefined,
    purpose: purpose === "" ? "Choose a purpose." : undefined,
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    const first = Object.entries(faults).find(([, fault]) => fault !== undefined)?.[0];
    if (first !== undefined) return document.getElementById(`disclosure-${first}`)?.focus();
    if (purpose === "") return;
    const entered = await enter.run({
      params: { patient },
      body: {
        ...{ at: at.toISOString(), recipient: recipient.trim(), what: what.trim(), purpose },
        ...(part2 && { part2 }),
      },
    });
    if (entered !== undefined) onClose();
  };
  const shown: Partial<typeof faults> = tried ? faults : {};
  return (
    <Dialog onClose={onClose} title="Write down a disclosure" size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {enter.problem !== null && <ApiProblemPanel problem={enter.problem} />}
        <p className="dim">
          About <span className="masked">{name}</span>: on paper, by telephone, by another system.
        </p>
        <TextInput
          id="disclosure-day"
          type="date"
          label="Day"
          required
          data-autofocus
          w={170}
          value={day}
          error={shown.day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <TextInput
          id="disclosure-recipient"
          label="Who received it"
          required
          maxLength={300}
          autoComplete="off"
          value={recipient}
          error={shown.recipient}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        <TextInput
          id="disclosure-what"
          label="What it was"
          description="The kind of it, not what it says"
          required
          maxLength={300}
          autoComplete="off"
          value={what}
          error={shown.what}
          onChange={(event) => setWhat(event.currentTarget.value)}
        />
        <NativeSelect
          id="disclosure-purpose"
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
        <Checkbox
          label="Records under 42 CFR part 2, with its notice"
          checked={part2}
          onChange={(event) => setPart2(event.currentTarget.checked)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={enter.may} running={enter.running}>
            Write it down
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
