import type { ReplicatedStore } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { keyOf } from "./store-words.ts";

type Role = "replica" | "archive" | "none";

/** Says which records are carried to a store, and from when on. */
export function RoleDialog({ store, onClose }: { store: ReplicatedStore; onClose(): void }) {
  const { title, types } = store;
  const set = useAct("setStoreRole", "The role is set");
  const [role, setRole] = useState<Role>(store.role === "primary" ? "none" : store.role);
  const [from, setFrom] = useState<"everything" | "now">("everything");
  const key = keyOf(store);
  const submit = async (): Promise<void> => {
    if (key === undefined) return;
    const done = await set.run({ params: key, body: role === "none" ? { role } : { role, from } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`Role of ${title}`}
      size={560}
      submit="Set the role"
      may={set.may}
      running={set.running}
      problem={set.problem}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
