import type { SourcePlace, SourcePolicy, SourceRoot } from "@hilum/contract/api";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { KeyValue } from "../../../look/panel.tsx";
import { Advice } from "../../../look/problem.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { day } from "../../../text/format.ts";
import { sourceKindTitles } from "../market-words.ts";
import { Fingerprint, sameFingerprint } from "./fingerprint.tsx";
import { sourceIdOf } from "./source-id.ts";
import { PolicyFields, tidyPolicy, usualPolicy } from "./policy-fields.tsx";

type Kind = keyof typeof sourceKindTitles;

interface TrustFormProps {
  place: SourcePlace;
  root: SourceRoot;
  onBack(): void;
  onClose(): void;
}

/** Whose keys they are: what the server read beside what the keeper said, and how far it is trusted. */
export function TrustForm({ place, root, onBack, onClose }: TrustFormProps) {
  const add = useAct("addSource", ({ title }) => `${title} is a source now`);
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<Kind>(place.kind === "mirror" ? "air_gapped" : "organisation");
  const [given, setGiven] = useState("");
  const [compared, setCompared] = useState(false);
  const [policy, setPolicy] = useState<SourcePolicy>(usualPolicy);
  const pasted = given.trim() !== "";
  const differs = pasted && !sameFingerprint(given, root.fingerprint);
  const { shown, passes } = useFaults("trust", {
    given: differs
      ? "It is not the same. Do not trust this marketplace; ask its keeper."
      : !pasted && !compared
        ? "Paste the fingerprint, or compare it and say so below."
        : undefined,
    title: title.trim() === "" ? "Give it a name." : sourceIdOf(title) === "" ? "Use a letter or a digit." : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const added = await add.run({
      body: {
        ...{ id: sourceIdOf(title), title: title.trim(), kind, place, policy: tidyPolicy(policy) },
        fingerprint: pasted ? given.trim() : root.fingerprint,
      },
    });
    if (added !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Trust this marketplace?"
      size={640}
      submit="Trust it and read it"
      may={add.may}
      running={add.running}
      problem={add.problem}
      beside={<Button onClick={onBack}>Back</Button>}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="dim">
        Step 2 of 2. Ask the keeper of this marketplace for the fingerprint over another way: by telephone, on paper, in
        person.
      </p>
      {root.test && (
        <Advice title="These keys were made for tests.">They are refused on an installation that is not one.</Advice>
      )}
      <Fingerprint value={root.fingerprint} label="Fingerprint that was read" />
      <KeyValue
        inline
        rows={{
          "Root keys": `${root.keys.length}, of which ${root.threshold} must sign`,
          "Root version": String(root.version),
          "Holds until": day(root.expiresAt),
        }}
      />
      <TextInput
        id="trust-given"
        label="Fingerprint that the keeper gave you"
        description="Paste it, or leave this empty and compare by eye or by voice."
        spellCheck={false}
        autoComplete="off"
        value={given}
        error={shown.given ?? (differs ? "It is not the same as the one that was read." : undefined)}
        onChange={(event) => setGiven(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox
        label="I compared all groups with what the keeper told me, and they are the same"
        checked={compared}
        disabled={pasted}
        onChange={(event) => setCompared(event.currentTarget.checked)}
      />
      <hr className="rule" />
      <TextInput
        id="trust-title"
        label="Name"
        placeholder="Regional hospitals"
        required
        maxLength={80}
        value={title}
        error={shown.title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <NativeSelect
        label="Whose it is"
        value={kind}
        data={Object.entries(sourceKindTitles).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
      />
      <PolicyFields policy={policy} onChange={setPolicy} />
    </FormDialog>
  );
}
