import type { ReplicatedStore } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { PrimaryTypes } from "./primary-types.tsx";
import { keyOf } from "./store-words.ts";

type Role = ReplicatedStore["role"];
type From = "everything" | "now";

interface RoleDialogProps {
  store: ReplicatedStore;
  /** Every type that this Hilum carries. */
  carried: readonly string[];
  onClose(): void;
}

/** Says which records a store gets, when, and from when on. */
export function RoleDialog({ store, carried, onClose }: RoleDialogProps) {
  const { title, types } = store;
  const set = useAct("setStoreRole", "The role is set");
  const [role, setRole] = useState<Role>(store.role);
  const [from, setFrom] = useState<From>("everything");
  const [primaryOf, setPrimaryOf] = useState<readonly string[]>(store.primaryOf ?? []);
  const key = keyOf(store);
  const submit = async (): Promise<void> => {
    if (key === undefined) return;
    const of = role === "primary" && primaryOf.length > 0 ? { primaryOf: [...primaryOf] } : {};
    const done = await set.run({ params: key, body: role === "none" ? { role } : { role, from, ...of } });
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
      <RoleChoice role={role} partly={types !== undefined} onChoose={setRole} />
      {role === "primary" && <PrimaryTypes types={carried} chosen={primaryOf} onChoose={setPrimaryOf} />}
      {role !== "none" && <FromChoice from={from} onChoose={setFrom} />}
      <p className="dim">
        Patient data goes to the hosts of this plugin, under the agreement with their vendor. Consents of patients are
        asked for each record, and each copy is in the patient's accounting of disclosures.
      </p>
    </FormDialog>
  );
}

interface RoleChoiceProps {
  role: Role;
  /** It takes some types alone. */
  partly: boolean;
  onChoose(role: Role): void;
}

function RoleChoice({ role, partly, onChoose }: RoleChoiceProps) {
  const choice = (value: Role, title: string, text: string) => (
    <Choice name="role" title={title} text={text} checked={role === value} onChoose={() => onChoose(value)} />
  );
  return (
    <fieldset className="stack sm">
      <legend>Which records go there, and when</legend>
      {!partly &&
        choice(
          "primary",
          "Primary",
          "Each record goes there before its write is answered, and is stored nowhere when the store does not take it: while it is away, nobody writes these records. A copy stays here, which is read and searched.",
        )}
      {!partly && choice("replica", "Replica", "Every change of every record, deletions too, after it is stored here.")}
      {choice(
        "archive",
        "Archive",
        "Documents and their files, each version once. What is deleted here stays there; what is destroyed goes there too.",
      )}
      {choice("none", "None", "Nothing goes there. What is there stays there.")}
    </fieldset>
  );
}

function FromChoice({ from, onChoose }: { from: From; onChoose(from: From): void }) {
  return (
    <fieldset className="stack sm">
      <legend>From when on</legend>
      <Choice
        name="from"
        title="Everything"
        text="What is stored already, and every change from now on."
        checked={from === "everything"}
        onChoose={() => onChoose("everything")}
      />
      <Choice
        name="from"
        title="From now on"
        text="For a store that was filled in another way. A comparison hands over what it lacks."
        checked={from === "now"}
        onChoose={() => onChoose("now")}
      />
    </fieldset>
  );
}
