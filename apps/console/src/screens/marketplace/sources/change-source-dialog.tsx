import type { MarketplaceSource } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { PolicyFields, tidyPolicy } from "./policy-fields.tsx";

/** Title and policy of a source. Whose keys it has cannot be changed: that is another source. */
export function ChangeSourceDialog({ source, onClose }: { source: MarketplaceSource; onClose(): void }) {
  const change = useAct("changeSource", ({ title: called }) => `${called} is saved`);
  const [title, setTitle] = useState(source.title);
  const [policy, setPolicy] = useState(source.policy);
  const { shown, passes } = useFaults("change", { title: title.trim() === "" ? "Give it a name." : undefined });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const { precedence, revision } = source;
    const saved = await change.run({
      params: { source: source.id },
      body: { title: title.trim(), precedence, revision, policy: tidyPolicy(policy) },
    });
    if (saved !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`Change ${source.title}`}
      size={600}
      submit="Save"
      may={change.may}
      running={change.running}
      problem={change.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        id="change-title"
        label="Name"
        required
        maxLength={80}
        value={title}
        error={shown.title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-autofocus
      />
      <PolicyFields policy={policy} onChange={setPolicy} />
    </FormDialog>
  );
}
