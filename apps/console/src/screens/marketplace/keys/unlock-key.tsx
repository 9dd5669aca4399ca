import { openKeyFile } from "@hilum/marketplace/sign";
import { FileButton } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { PasswordField } from "../../../look/password-field.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { notify } from "../../../shell/notices.ts";
import { keyRing } from "./key-ring.ts";
import { SignProblem, useWork } from "./sign-problem.tsx";

/** Opens a key file with its passphrase. File and passphrase stay in this tab. */
export function UnlockKey() {
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const work = useWork();
  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    if (file === null) return;
    const opened = await work.run(async () => await openKeyFile(await file.text(), passphrase));
    if (opened === undefined) return;
    keyRing.hold(opened);
    notify(`${opened.file.title} is unlocked in this tab`);
    setFile(null);
    setPassphrase("");
  };
  return (
    <form className="stack sm fields" onSubmit={(event) => void unlock(event)} aria-label="Unlock a key">
      <SignProblem error={work.error} />
      <div className="row">
        <FileButton
          accept=".json,application/json"
          onChange={setFile}
          inputProps={{ "aria-label": "Choose a key file", tabIndex: -1 }}
        >
          {(props) => (
            <ActButton {...props} leftSection={<IconKey size={16} aria-hidden />}>
              Choose a key file
            </ActButton>
          )}
        </FileButton>
        <span className="small dim" role="status">
          {file === null ? "A .key.json file" : file.name}
        </span>
      </div>
      <PasswordField
        label="Passphrase"
        autoComplete="off"
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
      />
      <div className="row">
        <ActButton
          type="submit"
          running={work.running}
          blocked={file === null ? "Choose the file first." : passphrase === "" ? "Type its passphrase." : undefined}
        >
          Unlock
        </ActButton>
      </div>
    </form>
  );
}
