import type { AttachmentPlace } from "@hilum/contract/api";
import { useState } from "react";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { AttachmentsDialog } from "./attachments-dialog.tsx";

/** Where the sealed bytes of attachments are. */
export function Attachments({ place }: { place: AttachmentPlace }) {
  const [changing, setChanging] = useState(false);
  const may = useMay("setAttachmentPlace");
  const { kind, folder, bucket } = place;
  return (
    <Panel
      title="Attachments"
      end={
        <ActButton may={may} compact label="Change where attachments go" onClick={() => setChanging(true)}>
          Change
        </ActButton>
      }
    >
      <div className="stack md">
        <p className="prose">
          Each attachment is sealed with a key of its own, which stands in the database. Its bytes are noise to whoever
          has them alone.
        </p>
        <KeyValue
          rows={{
            "New ones go to": kind === "folder" ? <code>{folder}</code> : "the bucket",
            Bucket: bucket === undefined ? undefined : <code>{bucket.bucket}</code>,
            Storage: bucket === undefined ? undefined : (bucket.endpoint ?? `Amazon S3, ${bucket.region}`),
          }}
        />
      </div>
      {changing && <AttachmentsDialog place={place} onClose={() => setChanging(false)} />}
    </Panel>
  );
}
