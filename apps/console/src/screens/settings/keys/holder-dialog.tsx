import type { KeyProviderChoice, KeyProviderStatus } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { PasswordField } from "../../../look/password-field.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { emptyTransit, transitChoice, TransitFields, type TransitForm } from "./transit-fields.tsx";

const passphraseCharactersMin = 16;
type Kind = KeyProviderChoice["kind"];

/** Chooses what holds the keys. The new one is proven before the old one goes. */
export function HolderDialog({ present, onClose }: { present: KeyProviderStatus; onClose(): void }) {
  const save = useAct("setKeyProvider", "The keys are wrapped anew");
  const [kind, setKind] = useState<Kind>(present.kind === "transit" ? "transit" : "passphrase");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [transit, setTransit] = useState<TransitForm>({ ...emptyTransit, ...present.transit });
  const [tried, setTried] = useState(false);
  const differs = kind === "passphrase" && passphrase !== again;
  const short = kind === "passphrase" && passphrase.length < passphraseCharactersMin;
  const submit = (): void => {
    setTried(true);
    if (differs || short) return;
    const body: KeyProviderChoice =
      kind === "passphrase" ? { kind, passphrase } : kind === "transit" ? transitChoice(transit) : { kind };
    void save.attempt({ body }).then((done) => done && onClose());
  };
  return (
    <FormDialog
      title="What holds the keys"
      submit="Wrap the keys anew"
      may={save.may}
      running={save.running}
      problem={save.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        label="Keys are held by"
        data={[
          { value: "passphrase", label: "A key file with a passphrase" },
          { value: "transit", label: "Vault or OpenBao" },
          { value: "file", label: "A key file that opens by itself" },
        ]}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
        data-autofocus
      />
      {kind === "passphrase" && (
        <>
          <PasswordField
            label={present.kind === "passphrase" ? "New passphrase" : "Passphrase"}
            description="At least 16 characters: five or six words that nobody would put together. It is asked for after each start, and nobody can look it up."
            autoComplete="new-password"
            required
            maxLength={256}
            value={passphrase}
            error={tried && short ? "Write at least 16 characters." : undefined}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <PasswordField
            label="The same once more"
            autoComplete="new-password"
            required
            maxLength={256}
            value={again}
            error={tried && differs ? "The two differ." : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
        </>
      )}
      {kind === "transit" && <TransitFields form={transit} problem={save.problem} onChange={setTransit} />}
      {kind === "file" && (
        <p className="prose">
          A new random key in the file <code>{present.file}</code>. Hilum starts without anybody; so does whoever copies
          the file and the data.
        </p>
      )}
      <p className="small dim">
        The data keys are wrapped anew and proven before anything is replaced. Then keep a copy of the key file
        elsewhere: older copies do not open this data any more.
      </p>
    </FormDialog>
  );
}
