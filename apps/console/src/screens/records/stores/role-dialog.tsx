import type { ReplicatedStore } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { keyOf } from "./store-words.ts";

type Role = "replica" | "archive" | "none";

/** Says which records are carried to a store, and from when on. */
export function RoleDialog({ store, onClose }: { store: ReplicatedStore; onClose(): void }) {
  const { title, types } = store;
  const set = useAct("setStoreRole", "The role is set");
  const [role, setRole] = useState<Role>(store.role === "primary" ? "none" : store.role);
  const [from, setFrom] = useState<"everything" | "now">("everything");
  const key = keyOf(store);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    if (key === undefined) return;
    const done = await set.run({ params: key, body: role === "none" ? { role } : { role, from } });
    if (done !== undefined) onClose();
  };
  return (
    <Dialog onClose={onClose} title={`Role of ${title}`} size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {set.problem !== null && <ApiProblemPanel problem={set.problem} />}
        <fieldset className="stack sm">
          <legend>Which records are carried there</legend>
          {types === undefined && (
            <Choice
              name="role"
              title="Replica"
              text="Every change of every record, deletions too."
              checked={role === "replica"}
              onChoose={() => setRole("replica")}
            />
          )}
          <Choice
            name="role"
            title="Archive"
            text="Documents and their files, each version once. What is deleted here stays there; what is destroyed goes there too."
            checked={role === "archive"}
            onChoose={() => setRole("archive")}
          />
          <Choice
            name="role"
            title="None"
            text="Nothing goes there. What is there stays there."
            checked={role === "none"}
            onChoose={() => setRole("none")}
          />
        </fieldset>
        {role !== "none" && (
          <fieldset className="stack sm">
            <legend>From when on</legend>
            <Choice
              name="from"
              title="Everything"
              text="What is stored already, and every change from now on."
              checked={from === "everything"}
              onChoose={() => setFrom("everything")}
            />
            <Choice
              name="from"
              title="From now on"
              text="For a store that was filled in another way. A comparison hands over what it lacks."
              checked={from === "now"}
              onChoose={() => setFrom("now")}
            />
          </fieldset>
        )}
        <p className="dim">
          Patient data goes to the hosts of this plugin, under the agreement with their vendor. Consents of patients are
          asked for each record, and each copy is in the patient's accounting of disclosures.
        </p>
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={set.may} running={set.running}>
            Set the role
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
