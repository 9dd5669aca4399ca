import type { SourcePlace, SourceRoot } from "@hilum/contract/api";
import { FileButton, TextInput } from "@mantine/core";
import { IconFileZip } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Choice } from "../../../look/choice.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { bytes, many } from "../../../text/format.ts";
import { TrustForm } from "./trust-form.tsx";

type Way = SourcePlace["kind"];
const ways: readonly (readonly [Way, string, string])[] = [
  ["address", "An address", "A static host on the network, such as https://plugins.hospital.example."],
  ["folder", "A folder or stick", "Full path on the machine where Hilum runs."],
  ["mirror", "A mirror as a file", "Exported from another Hilum and carried here, for a site without internet."],
];

/** Adds a marketplace in two steps: where its files lie, and then whose keys they are signed with. */
export function AddSourceDialog({ onClose }: { onClose(): void }) {
  const [found, setFound] = useState<{ place: SourcePlace; root: SourceRoot }>();
  if (found !== undefined) return <TrustForm {...found} onBack={() => setFound(undefined)} onClose={onClose} />;
  return <PlaceForm onFound={(place, root) => setFound({ place, root })} onClose={onClose} />;
}

interface PlaceFormProps {
  onFound(place: SourcePlace, root: SourceRoot): void;
  onClose(): void;
}

function PlaceForm({ onFound, onClose }: PlaceFormProps) {
  const inspect = useAct("inspectSource", undefined, { refresh: false });
  const upload = useAct("uploadMirror", undefined, { refresh: false });
  const [way, setWay] = useState<Way>("address");
  const [address, setAddress] = useState("");
  const [path, setPath] = useState("");
  const [mirror, setMirror] = useState<{ name: string; said: string; digest: string; root: SourceRoot }>();
  const { shown, passes } = useFaults("source", {
    address:
      way === "address" && !/^https?:\/\/\S+/.test(address.trim())
        ? "Write an address that begins with https://."
        : undefined,
    path: way === "folder" && path.trim() === "" ? "Write the path of the folder." : undefined,
    mirror: way === "mirror" && mirror === undefined ? "Choose the file first." : undefined,
  });
  const take = async (file: File | null): Promise<void> => {
    if (file === null) return;
    const kept = await upload.run({ bytes: file });
    if (kept !== undefined)
      setMirror({
        name: file.name,
        said: `${many(kept.files, "file")}, ${bytes(kept.bytes)}`,
        digest: kept.mirror,
        root: kept.root,
      });
  };
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    if (way === "mirror" && mirror !== undefined)
      return onFound({ kind: "mirror", mirror: mirror.digest }, mirror.root);
    const place: SourcePlace =
      way === "address" ? { kind: "address", address: address.trim() } : { kind: "folder", path: path.trim() };
    const root = await inspect.run({ body: { place } });
    if (root !== undefined) onFound(place, root);
  };
  return (
    <FormDialog
      title="Add a source"
      size={640}
      submit="Read its keys"
      may={inspect.may}
      running={inspect.running || upload.running}
      problem={inspect.problem ?? upload.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="dim">
        Step 1 of 2. Nothing is trusted yet: Hilum reads whose keys sign this marketplace, and you compare them.
      </p>
      <fieldset className="stack sm">
        <legend className="strong">Where its files lie</legend>
        {ways.map(([kind, title, text]) => (
          <Choice
            key={kind}
            name="place"
            title={title}
            text={text}
            checked={way === kind}
            onChoose={() => setWay(kind)}
          />
        ))}
      </fieldset>
      {way === "address" && (
        <TextInput
          id="source-address"
          label="Address"
          placeholder="https://plugins.hospital.example/"
          required
          inputMode="url"
          spellCheck={false}
          value={address}
          error={shown.address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
      )}
      {way === "folder" && (
        <TextInput
          id="source-path"
          label="Folder"
          placeholder="/srv/marketplace"
          required
          spellCheck={false}
          value={path}
          error={shown.path}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
      )}
      {way === "mirror" && (
        <div className="stack sm">
          <div className="row">
            <FileButton
              accept=".zip"
              onChange={(file) => void take(file)}
              inputProps={{ "aria-label": "Choose a mirror", tabIndex: -1 }}
            >
              {(props) => (
                <ActButton
                  {...props}
                  may={upload.may}
                  running={upload.running}
                  leftSection={<IconFileZip size={16} aria-hidden />}
                >
                  Choose a mirror
                </ActButton>
              )}
            </FileButton>
            <span className="small dim" role="status">
              {mirror === undefined ? "A .mirror.zip file" : `${mirror.name}: ${mirror.said}`}
            </span>
          </div>
          {shown.mirror !== undefined && (
            <p className="small" data-tone="bad" style={{ color: "var(--hl-fg)" }}>
              {shown.mirror}
            </p>
          )}
        </div>
      )}
    </FormDialog>
  );
}
