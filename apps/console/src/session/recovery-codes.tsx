import { Button, Checkbox } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { saveFile } from "../api/call.ts";
import { copyText } from "../shell/copy.ts";
import { ActButton } from "../shell/act-button.tsx";

/** Recovery codes, shown once. The person says that they are kept before going on. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone(): void }) {
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");
  return (
    <div className="stack md">
      <div>
        <h2>Your recovery codes</h2>
        <p className="dim">
          If the phone is lost, one of these signs you in. Each works once. They are shown only now.
        </p>
      </div>
      <ul className="codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <Button
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() => void copyText(text, "Recovery codes copied")}
        >
          Copy
        </Button>
        <Button
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() =>
            saveFile(
              new Blob([`Hilum recovery codes\n\n${text}\n`], { type: "text/plain" }),
              "hilum-recovery-codes.txt",
            )
          }
        >
          Download
        </Button>
      </div>
      <Checkbox
        label="I keep these codes in a safe place"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <div className="row">
        <ActButton variant="filled" onClick={onDone} blocked={kept ? undefined : "Tick the box above first."}>
          Done
        </ActButton>
      </div>
    </div>
  );
}
