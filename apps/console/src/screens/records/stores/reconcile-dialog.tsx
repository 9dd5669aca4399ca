import type { ReplicatedStore } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { keyOf } from "./store-words.ts";

/** Compares a store with this Hilum, record by record. */
export function ReconcileDialog({ store, onClose }: { store: ReplicatedStore; onClose(): void }) {
  const compare = useAct("reconcileStore", "The comparison has begun");
  const [mend, setMend] = useState(true);
  const key = keyOf(store);
  const submit = async (): Promise<void> => {
    if (key === undefined) return;
    const done = await compare.run({ params: key, body: { mend } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`Compare ${store.title}?`}
      size={560}
      submit="Compare"
      may={compare.may}
      running={compare.running}
      problem={compare.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        Ids and versions of every record that it should have are compared. It goes on by itself, also after a restart.
      </p>
      <fieldset className="stack sm">
        <legend>What differs</legend>
        <Choice
          name="mend"
          title="Is handed over again"
          text="What is missing or older there, and deletions that it does not know of."
          checked={mend}
          onChoose={() => setMend(true)}
        />
        <Choice
          name="mend"
          title="Is only told"
          text="Nothing is changed there."
          checked={!mend}
          onChoose={() => setMend(false)}
        />
      </fieldset>
      <p className="dim">What somebody else changed there is never written over; it is counted.</p>
    </FormDialog>
  );
}
