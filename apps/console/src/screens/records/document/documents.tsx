import type { RecordAttachment } from "@hilum/contract/api";
import { DocumentView } from "@hilum/sdk/ui";
import { Panel } from "../../../look/panel.tsx";
import { bytes } from "../../../text/format.ts";
import type { RecordPlace } from "../record-words.ts";
import { RevealedDocument } from "./revealed-document.tsx";
import { SendDocument } from "./send-document.tsx";

const viewWords = {
  pdf: "PDF",
  image: "Picture",
  text: "Text",
  ccda: "Clinical document",
  download: "File",
} as const satisfies Record<RecordAttachment["view"], string>;

interface DocumentsProps {
  attachments: readonly RecordAttachment[];
  place: RecordPlace;
  /** The glass under which documents are shown; absent while they are masked. */
  glass: string | undefined;
  masked: string;
  /** Whom the record is about, where it is one patient. */
  patient: string | undefined;
}

/** What a record holds or points to: drawn as bars until a glass shows it. */
export function Documents({ attachments, place, glass, masked, patient }: DocumentsProps) {
  return attachments.map((attachment, at) => (
    <Panel
      key={attachment.pointer}
      title={attachments.length === 1 ? viewWords[attachment.view] : `${viewWords[attachment.view]} ${at + 1}`}
      end={
        <span className="small dim">
          {attachment.contentType ?? "kind not said"}
          {attachment.bytes !== undefined && `, ${bytes(attachment.bytes)}`}
        </span>
      }
      foot={
        glass === undefined ? undefined : (
          <SendDocument glass={glass} place={place} attachment={attachment} patient={patient} />
        )
      }
    >
      {glass === undefined ? (
        <DocumentView
          contentType={attachment.contentType ?? "application/octet-stream"}
          size={attachment.bytes}
          format={{ bytes }}
          elsewhere={masked}
        />
      ) : (
        <RevealedDocument glass={glass} place={place} attachment={attachment} atOnce={attachments.length === 1} />
      )}
    </Panel>
  ));
}
