import { purposeCodes, type PurposeOfUse } from "@hilum/contract";
import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { PurposeSelect } from "../purpose-select.tsx";

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
  const [openedAt] = useState(() => Date.now());
  const at = new Date(`${day}T12:00:00`);
  const { shown, passes } = useFaults("disclosure", {
    day: Number.isNaN(at.getTime()) ? "Choose the day." : at.getTime() > openedAt ? "It lies ahead." : undefined,
    recipient: recipient.trim().length < wordsMin ? "Write who received it." : undefined,
    what: what.trim().length < wordsMin ? "Write what it was." : undefined,
    purpose: purpose === "" ? "Choose a purpose." : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes() || purpose === "") return;
    const entered = await enter.run({
      params: { patient },
      body: {
        ...{ at: at.toISOString(), recipient: recipient.trim(), what: what.trim(), purpose },
        ...(part2 && { part2 }),
      },
    });
    if (entered !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Write down a disclosure"
      size={560}
      submit="Write it down"
      may={enter.may}
      running={enter.running}
      problem={enter.problem}
      onSubmit={submit}
      onClose={onClose}
    >
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
      <PurposeSelect
        id="disclosure-purpose"
        label="What for"
        purposes={purposeCodes}
        value={purpose}
        error={shown.purpose}
        onChange={setPurpose}
      />
      <Checkbox
        label="Records under 42 CFR part 2, with its notice"
        checked={part2}
        onChange={(event) => setPart2(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
