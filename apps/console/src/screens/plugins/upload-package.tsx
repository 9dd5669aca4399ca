import { FileButton } from "@mantine/core";
import { IconPackageImport } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import type { AnswerById } from "../../api/call.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { bytes } from "../../text/format.ts";
import { InstallDialog } from "../marketplace/installs/install-dialog.tsx";

/** A package as a file: nobody signed it for this Hilum, so that an administrator says where it comes from. */
export function UploadPackage() {
  const upload = useAct("uploadPackage", undefined, { refresh: false });
  const [taken, setTaken] = useState<AnswerById<"uploadPackage">>();
  const [installing, setInstalling] = useState(false);
  const take = async (file: File | null): Promise<void> => {
    if (file === null) return;
    const answer = await upload.run({ bytes: file });
    setTaken(answer);
    setInstalling(answer !== undefined);
  };
  return (
    <div className="stack md">
      <Advice tone="info" title="A file has no publisher.">
        From a marketplace every byte is held to a signature. Of a file you are the one who knows where it comes from:
        you say so, and it is shown as unsigned from then on.
      </Advice>
      <Panel title="Upload a package">
        <div className="stack md">
          {upload.problem !== null && <ApiProblemPanel problem={upload.problem} />}
          <div className="row">
            <FileButton
              accept=".hilum"
              onChange={(file) => void take(file)}
              inputProps={{ "aria-label": "Choose a package", tabIndex: -1 }}
            >
              {(props) => (
                <ActButton
                  {...props}
                  variant={taken === undefined ? "filled" : "default"}
                  may={upload.may}
                  running={upload.running}
                  leftSection={<IconPackageImport size={16} aria-hidden />}
                >
                  Choose a package
                </ActButton>
              )}
            </FileButton>
            <span className="small dim">
              A .hilum file. It is read apart from everything else, and nothing of it runs.
            </span>
          </div>
          {taken !== undefined && (
            <>
              <KeyValue
                rows={{
                  Plugin: taken.name,
                  Version: taken.version,
                  Size: bytes(taken.bytes),
                  Identifier: <code>{taken.plugin}</code>,
                  "SHA-256": <code>{taken.digest}</code>,
                }}
              />
              <div className="row">
                <ActButton variant="filled" onClick={() => setInstalling(true)}>
                  Review and install
                </ActButton>
              </div>
            </>
          )}
        </div>
      </Panel>
      {taken !== undefined && installing && (
        <InstallDialog wanted={{ plugin: taken.plugin, upload: taken.digest }} onClose={() => setInstalling(false)} />
      )}
    </div>
  );
}
