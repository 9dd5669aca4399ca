import { delegate, publisherPattern, type Repository, type Serving } from "@hilum/marketplace/sign";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing, useKeyRing } from "../keys/key-ring.ts";
import type { PublicHalf } from "../keys/public-half.ts";
import { SignProblem, useWork } from "../keys/sign-problem.tsx";
import { KeysField, withHalf } from "./keys-field.tsx";
import { RoleKeys } from "./role-keys.tsx";
import { signed, signersFor, whenOf } from "./signers.ts";

const roles = ["targets", "snapshot", "timestamp"] as const;

interface LetInDialogProps {
  repository: Repository;
  serving: Serving;
  onClose(): void;
}

/** Lets a publisher sign below its own name; given again, its keys of before sign nothing more. */
export function LetInDialog({ repository, serving, onClose }: LetInDialogProps) {
  const held = useKeyRing();
  const work = useWork();
  const [name, setName] = useState("");
  const put = useAct("publishRepository", `${name.trim()} may publish below its own name`);
  const [others, setOthers] = useState<readonly PublicHalf[]>([]);
  const [ids, setIds] = useState<readonly string[]>([]);
  const [threshold, setThreshold] = useState(1);
  const known = [
    ...held.map(({ key, file }) => ({ id: key.id, title: file.title, public: key.public })),
    ...others.filter((one) => !held.some(({ key }) => key.id === one.id)),
  ];
  const { keys, missing } = signersFor(repository, held, roles);
  const { shown, passes } = useFaults("publisher", {
    name: publisherPattern.test(name.trim())
      ? undefined
      : "Write the beginning of its plugins’ ids, such as com.example.",
    keys: ids.length < threshold ? `Choose at least ${threshold}.` : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes() || missing.length > 0) return;
    const next = await work.run(async () => {
      const publisher = { name: name.trim(), keys: known.filter(({ id }) => ids.includes(id)), threshold };
      keyRing.used();
      return await delegate(repository, publisher, keys, whenOf(serving));
    });
    if (next === undefined) return;
    const done = await put.run({
      body: { repository: signed(next), basis: repository.timestamp.signed.version },
    });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Let a publisher in"
      size={620}
      submit="Let it sign"
      may={missing.length > 0 ? { allowed: false, reason: `Unlock the keys of ${missing.join(", ")} first.` } : put.may}
      running={work.running || put.running}
      problem={put.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <SignProblem error={work.error} />
      <TextInput
        id="publisher-name"
        label="Publisher"
        description="The beginning of its plugins’ ids: who is com.example signs com.example.* and nothing else."
        placeholder="com.example"
        required
        spellCheck={false}
        value={name}
        error={shown.name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <KeysField
        id="publisher-keys"
        label="Its keys"
        known={known}
        chosen={ids}
        threshold={threshold}
        error={shown.keys}
        onChoose={setIds}
        onThreshold={setThreshold}
        onAdd={(half) => {
          setOthers(withHalf(others, half));
          setIds([...new Set([...ids, half.id])]);
        }}
      />
      <RoleKeys repository={repository} roles={roles} />
    </FormDialog>
  );
}
