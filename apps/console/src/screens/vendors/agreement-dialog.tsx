import type { Vendor } from "@hilum/contract/api";
import { Button, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";

/** Records an agreement: with whom, when it was signed, for how long it holds. */
export function AgreementDialog({ vendor, onClose }: { vendor: Vendor; onClose(): void }) {
  const add = useAct("addAgreement", "The agreement is recorded");
  const [form, setForm] = useState({ party: vendor.name, signedOn: "", validFrom: "", validUntil: "" });
  const set = (part: Partial<typeof form>): void => setForm({ ...form, ...part });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { validUntil, ...rest } = form;
    const body = { ...rest, party: form.party.trim(), ...(validUntil === "" ? {} : { validUntil }) };
    if ((await add.run({ params: { vendor: vendor.id }, body })) !== undefined) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Agreement with ${vendor.name}`}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {add.problem !== null && <ApiProblemPanel problem={add.problem} />}
        <TextInput
          label="Signed by"
          description="The other party, as it stands in the document"
          required
          maxLength={120}
          data-autofocus
          value={form.party}
          error={problemAt(add.problem, "/party")}
          onChange={(event) => set({ party: event.currentTarget.value })}
        />
        <TextInput
          label="Signed on"
          type="date"
          required
          value={form.signedOn}
          error={problemAt(add.problem, "/signedOn")}
          onChange={(event) =>
            // Most agreements hold from the day on which they are signed.
            set({
              signedOn: event.currentTarget.value,
              ...(form.validFrom === "" || form.validFrom === form.signedOn
                ? { validFrom: event.currentTarget.value }
                : {}),
            })
          }
        />
        <TextInput
          label="Holds from"
          type="date"
          required
          value={form.validFrom}
          error={problemAt(add.problem, "/validFrom")}
          onChange={(event) => set({ validFrom: event.currentTarget.value })}
        />
        <TextInput
          label="Last day"
          description="Empty where it has no end. The day counts in UTC."
          type="date"
          value={form.validUntil}
          error={problemAt(add.problem, "/validUntil")}
          onChange={(event) => set({ validUntil: event.currentTarget.value })}
        />
        <p className="small dim">The signed document can be added to it afterwards.</p>
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={add.may} running={add.running}>
            Record it
          </ActButton>
        </div>
      </form>
    </Modal>
  );
}
