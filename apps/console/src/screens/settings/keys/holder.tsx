import type { KeyProviderStatus } from "@hilum/contract/api";
import { useState } from "react";
import { useMay } from "../../../session/account.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { HolderDialog } from "./holder-dialog.tsx";

/** What holds the key that wraps the data keys. */
export function Holder({ status }: { status: KeyProviderStatus }) {
  const [changing, setChanging] = useState(false);
  const may = useMay("setKeyProvider");
  return (
    <Panel
      title="What holds the keys"
      end={
        <ActButton may={may} compact onClick={() => setChanging(true)}>
          Change
        </ActButton>
      }
    >
      <div className="stack md">
        <p className="prose">{says[status.kind]}</p>
        <KeyValue rows={{ "Key file": <code>{status.file}</code>, ...transitRows(status) }} />
      </div>
      {changing && <HolderDialog present={status} onClose={() => setChanging(false)} />}
    </Panel>
  );
}

const says: Record<KeyProviderStatus["kind"], string> = {
  file: "A key file that opens by itself. Whoever copies the file and the data can read both, so keep them apart, and keep a copy of the file where the data is not.",
  passphrase:
    "A key file that a passphrase opens. After each start Hilum is sealed until somebody types the passphrase: keep it, and a copy of the file, where the data is not.",
  transit:
    "A key that never leaves its own server. Each start asks that server; while it does not answer, Hilum is sealed and asks again.",
};

function transitRows({ transit }: KeyProviderStatus) {
  if (transit === undefined) return {};
  return {
    "Key server": <code>{transit.address}</code>,
    Key: (
      <code>
        {transit.mount}/{transit.key}
      </code>
    ),
    Namespace: transit.namespace,
    "Signs in with": transit.signIn === "token" ? "a token" : "an AppRole",
  };
}
