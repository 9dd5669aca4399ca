import type { Vendor } from "@hilum/contract/api";
import { Button, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";

interface VendorDialogProps {
  /** The vendor that is changed; without it a new one is made. */
  vendor?: Vendor;
  /** A host to begin with. */
  host?: string;
  onSaved?(vendor: Vendor): void;
  onClose(): void;
}

const kinds = [
  { value: "business_associate", label: "A company that needs an agreement" },
  { value: "own_organisation", label: "Our own organisation" },
];

/** One host a line, as people keep lists. */
const hostsOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Adds a vendor, or changes its name, kind, hosts and note. */
export function VendorDialog({ vendor, host = "", onSaved, onClose }: VendorDialogProps) {
  const create = useAct("createVendor", (made) => `${made.name} is added`);
  const change = useAct("changeVendor", (changed) => `${changed.name} is saved`);
  const act = vendor === undefined ? create : change;
  const [form, setForm] = useState({
    name: vendor?.name ?? "",
    kind: vendor?.kind ?? ("business_associate" as const),
    hosts: vendor?.hosts.join("\n") ?? host,
    note: vendor?.note ?? "",
  });
  const set = (part: Partial<typeof form>): void => setForm({ ...form, ...part });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = { ...form, name: form.name.trim(), note: form.note.trim(), hosts: hostsOf(form.hosts) };
    const saved =
      vendor === undefined
        ? await create.run({ body })
        : await change.run({ params: { vendor: vendor.id }, body: { ...body, revision: vendor.revision } });
    if (saved === undefined) return;
    onClose();
    onSaved?.(saved);
  };
  return (
    <Modal opened onClose={onClose} title={vendor === undefined ? "Add a vendor" : `Change ${vendor.name}`}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {act.problem !== null && <ApiProblemPanel problem={act.problem} />}
        <TextInput
          label="Name"
          description="As the company is called in the agreement"
          required
          maxLength={120}
          data-autofocus
          value={form.name}
          error={problemAt(act.problem, "/name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label="What it is"
          data={kinds}
          value={form.kind}
          onChange={(event) =>
            set({ kind: event.currentTarget.value === "own_organisation" ? "own_organisation" : "business_associate" })
          }
        />
        <Textarea
          label="Hosts"
          description="One a line: api.example.com, or .example.com for every host below a name of its own"
          rows={3}
          spellCheck={false}
          autoCapitalize="none"
          value={form.hosts}
          error={hostFault(act.problem)}
          onChange={(event) => set({ hosts: event.currentTarget.value })}
        />
        <Textarea
          label="Note"
          description="Contact, contract number, where the paper is. No patient data."
          rows={2}
          maxLength={2000}
          value={form.note}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={act.may} running={act.running}>
            {vendor === undefined ? "Add" : "Save"}
          </ActButton>
        </div>
      </form>
    </Modal>
  );
}

/** The server names each host by its place; the field is one, so the first fault stands beside it. */
function hostFault(problem: Parameters<typeof problemAt>[0]): string | undefined {
  const found = problem?.problems.find(({ pointer }) => pointer.startsWith("/hosts"));
  return found === undefined ? undefined : [found.message, found.fix].filter((text) => text !== undefined).join(" ");
}
