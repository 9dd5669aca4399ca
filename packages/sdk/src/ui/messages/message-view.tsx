import type { PageMessage } from "@hilum/contract/bridge";
import type { ReactNode } from "react";
import { Glyph } from "../parts/glyph.tsx";
import { KeyValue } from "../parts/panel.tsx";
import type { Format } from "../text/format.ts";
import { channelWords } from "../text/words.ts";

export interface MessageContent {
  subject?: string | undefined;
  text?: string | undefined;
  /** Length of an HTML part without a text part; HTML is not shown. */
  htmlLength?: number | undefined;
  attachments: readonly { url: string; title?: string | undefined; contentType: string; size?: number | undefined }[];
}

export interface MessageViewProps {
  message: Pick<PageMessage, "id" | "channel" | "recipient" | "moreRecipients" | "testMode" | "createdAt">;
  format: Pick<Format, "bytes" | "exactly">;
  /** Absent where the content is not for whoever looks: it is drawn as bars, and said. */
  content?: MessageContent;
  /** Beside the masked content: the way to where it may be read. */
  elsewhere?: ReactNode;
  /** Recipients in the clear, in place of the masked one. */
  people?: Readonly<Record<"To" | "Cc" | "Bcc", string>>;
  /** Whom it is about: the way to the patient's record. */
  about?: ReactNode;
  provider?: string | undefined;
  askedBy?: string | undefined;
  onAttachment?(url: string, title: string | undefined): void;
}

/** One message: what it says, to whom, how. The console and plugins' pages show the same one; only the console has the content. */
export function MessageView({
  message,
  format,
  content,
  elsewhere,
  people,
  about,
  provider,
  askedBy,
  onAttachment,
}: MessageViewProps) {
  const more = message.moreRecipients > 0 ? ` and ${message.moreRecipients} more` : "";
  return (
    <div className="stack md">
      {content === undefined ? (
        <Masked elsewhere={elsewhere} />
      ) : (
        <Content content={content} format={format} onAttachment={onAttachment} />
      )}
      <KeyValue
        rows={{
          Channel: channelWords[message.channel],
          ...(people ?? { To: `${message.recipient}${more}` }),
          About: about === false ? undefined : about,
          Provider: provider,
          Mode: message.testMode ? "Test" : undefined,
          "Asked by": askedBy,
          Accepted: format.exactly(message.createdAt),
          Identifier: <code>{message.id}</code>,
        }}
      />
    </div>
  );
}

/** Bars in place of the words, with a sentence that says so. */
function Masked({ elsewhere }: { elsewhere: ReactNode }) {
  return (
    <div>
      <div className="masked-text" aria-hidden>
        <i />
        <i />
        <i />
      </div>
      <p className="small dim">What it says is patient data and does not come into this page. {elsewhere}</p>
    </div>
  );
}

function Content({
  content,
  format,
  onAttachment,
}: {
  content: MessageContent;
  format: Pick<Format, "bytes">;
  onAttachment: MessageViewProps["onAttachment"];
}) {
  const { subject, text, htmlLength, attachments } = content;
  return (
    <>
      {subject !== undefined && <h3>{subject}</h3>}
      {text !== undefined && <p className="bubble">{text}</p>}
      {text === undefined && htmlLength !== undefined && (
        <p className="dim">It has HTML only, {format.bytes(htmlLength)}; it is not shown here.</p>
      )}
      {attachments.length > 0 && (
        <ul className="stack sm" aria-label="Attachments">
          {attachments.map(({ url, title, contentType, size }) => (
            <li key={url} className="row">
              <Glyph name="clip" />
              <button type="button" className="tbtn" onClick={() => onAttachment?.(url, title)}>
                {title ?? url}
              </button>
              <span className="small dim">
                {contentType}
                {size !== undefined && `, ${format.bytes(size)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
