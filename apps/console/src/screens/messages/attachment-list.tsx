import type { MessageAttachment } from "@hilum/contract/fhir";
import { FileButton } from "@mantine/core";
import { IconPaperclip, IconX } from "@tabler/icons-react";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Go } from "../../shell/go.tsx";
import { notify } from "../../shell/notices.ts";
import { bytes } from "../../text/format.ts";

const attachmentBytesMax = 26_214_400;

/** Files are uploaded when they are chosen, and encrypted on the server; the message names them. */
export function AttachmentList({
  attachments,
  onChange,
}: {
  attachments: readonly MessageAttachment[];
  onChange(attachments: MessageAttachment[]): void;
}) {
  const upload = useAct("uploadAttachment");
  const add = async (files: File[]): Promise<void> => {
    const added: MessageAttachment[] = [];
    for (const file of files) {
      if (file.size > attachmentBytesMax) {
        notify(`${file.name} is larger than ${bytes(attachmentBytesMax)} and was not attached.`);
        continue;
      }
      const stored = await upload.run({ bytes: file });
      if (stored !== undefined)
        added.push({
          url: `Binary/${stored.id}`,
          contentType: stored.contentType,
          title: file.name,
          size: stored.size,
        });
    }
    if (added.length > 0) onChange([...attachments, ...added]);
  };
  return (
    <div className="stack sm">
      {upload.problem !== null && <ApiProblemPanel problem={upload.problem} />}
      {attachments.length > 0 && (
        <ul className="stack sm" aria-label="Attachments">
          {attachments.map((attachment) => (
            <li key={attachment.url} className="row">
              <IconPaperclip size={16} aria-hidden />
              <span>{attachment.title ?? attachment.url}</span>
              {attachment.size !== undefined && <span className="small dim">{bytes(attachment.size)}</span>}
              <button
                type="button"
                className="iconbtn"
                aria-label={`Remove ${attachment.title ?? attachment.url}`}
                onClick={() => onChange(attachments.filter(({ url }) => url !== attachment.url))}
              >
                <IconX size={16} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <FileButton
          multiple
          onChange={(files) => void add(files)}
          inputProps={{ "aria-label": "Attach files", tabIndex: -1 }}
        >
          {(props) => (
            <ActButton
              {...props}
              may={upload.may}
              running={upload.running}
              leftSection={<IconPaperclip size={16} aria-hidden />}
            >
              Attach files
            </ActButton>
          )}
        </FileButton>
        <span className="small dim">At most {bytes(attachmentBytesMax)} each</span>
        <Go className="small" to="/records?type=DocumentReference">
          Send a document of a record
        </Go>
      </div>
    </div>
  );
}
