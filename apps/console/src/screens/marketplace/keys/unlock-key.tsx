import { openKeyFile } from "@hilum/marketplace/sign";
import { FileButton } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
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
  const unlock = async (): Promise<void> => {
    if (file === null || passphrase === "") return;
    const opened = await work.run(async () => await openKeyFile(await file.text(), passphrase));
    if (opened === undefined) return;
    keyRing.hold(opened);
    notify(`${opened.file.title} is unlocked in this tab`);
    setFile(null);
    setPassphrase("");
  };
  return (
    // No form of its own: it stands within forms of others, which must not be sent off by it.
    <div className="stack sm fields" role="group" aria-label="Unlock a key">
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
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          void unlock();
        }}
      />
      <div className="row">
        <ActButton
          running={work.running}
          onClick={() => void unlock()}
          blocked={file === null ? "Choose the file first." : passphrase === "" ? "Type its passphrase." : undefined}
        >
          Unlock
        </ActButton>
      </div>
    </div>
  );
}
