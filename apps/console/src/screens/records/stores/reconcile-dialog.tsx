import type { ReplicatedStore } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { keyOf } from "./store-words.ts";

/** Compares a store with this Hilum, record by record. */
export function ReconcileDialog({ store, onClose }: { store: ReplicatedStore; onClose(): void }) {
  const compare = useAct("reconcileStore", "The comparison has begun");
  const [mend, setMend] = useState(true);
  const key = keyOf(store);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    if (key === undefined) return;
    const done = await compare.run({ params: key, body: { mend } });
    if (done !== undefined) onClose();
  };
  return (
    <Dialog onClose={onClose} title={`Compare ${store.title}?`} size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {compare.problem !== null && <ApiProblemPanel problem={compare.problem} />}
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
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={compare.may} running={compare.running}>
            Compare
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
