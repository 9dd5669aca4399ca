import { createKeyFile } from "@hilum/marketplace/sign";
import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { saveFile } from "../../../api/call.ts";
import { Advice } from "../../../look/problem.tsx";
import { PasswordField } from "../../../look/password-field.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { notify } from "../../../shell/notices.ts";
import { useFaults } from "../../../shell/use-faults.ts";
import { keyRing } from "./key-ring.ts";
import { SignProblem, useWork } from "./sign-problem.tsx";

export const passphraseMin = 12;

/** Makes a key here, seals it by a passphrase, and saves it as a file: the only copy there is. */
export function CreateKeyDialog({ onClose }: { onClose(): void }) {
  const [title, setTitle] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [test, setTest] = useState(false);
  const work = useWork();
  const { shown, passes } = useFaults("key", {
    title: title.trim() === "" ? "Say what it is for." : undefined,
    passphrase:
      passphrase.length < passphraseMin ? `At least ${passphraseMin} letters; a sentence is best.` : undefined,
    again: again === passphrase ? undefined : "It is not the same.",
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const made = await work.run(async () => await createKeyFile({ title: title.trim(), test }, passphrase));
    if (made === undefined) return;
    saveFile(new Blob([JSON.stringify(made.file, undefined, 2)], { type: "application/json" }), keyFileName(title));
    keyRing.hold(made);
    notify(`${title.trim()} is made and saved. Keep a copy where a fire does not reach both.`);
    onClose();
  };
  return (
    <FormDialog
      title="Make a signing key"
      size={560}
      submit="Make and save the key"
      running={work.running}
      problem={null}
      onSubmit={submit}
      onClose={onClose}
    >
      <SignProblem error={work.error} />
      <Advice tone="info" title="The key is made in this browser and never reaches the server.">
        It is saved as a file that only the passphrase opens. Who loses either makes a new key.
      </Advice>
      <TextInput
        id="key-title"
        label="What it is for"
        placeholder="Root key of Ana, or Publisher com.example"
        required
        maxLength={80}
        value={title}
        error={shown.title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-autofocus
      />
      <PasswordField
        id="key-passphrase"
        label="Passphrase"
        description={`At least ${passphraseMin} letters. It can be pasted.`}
        required
        autoComplete="new-password"
        value={passphrase}
        error={shown.passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
      />
      <PasswordField
        id="key-again"
        label="Passphrase once more"
        required
        autoComplete="new-password"
        value={again}
        error={shown.again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      <Checkbox
        label="Only for tests"
        description="What it signs is refused by every Hilum that is not in test mode."
        checked={test}
        onChange={(event) => setTest(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

export const keyFileName = (title: string): string =>
  `${
    title
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "signing"
  }.key.json`;
