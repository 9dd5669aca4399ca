import type { RecordAttachment } from "@hilum/contract/api";
import { DocumentView } from "@hilum/sdk/ui";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { isApiProblem, type ApiProblem } from "../../../api/api-problem.ts";
import { callBytes } from "../../../api/call.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { bytes } from "../../../text/format.ts";
import type { RecordPlace } from "../record-words.ts";

const PdfPages = lazy(() => import("./pdf-pages.tsx").then((module) => ({ default: module.PdfPages })));

interface RevealedDocumentProps {
  glass: string;
  place: RecordPlace;
  attachment: RecordAttachment;
  /** Read it at once, as the only one of its record; others wait until they are asked for. */
  atOnce: boolean;
}

/** The bytes of a document under a glass, held by this component alone and only while it is shown. */
export function RevealedDocument({ glass, place: { type, id, version }, attachment, atOnce }: RevealedDocumentProps) {
  const { index, contentType = "application/octet-stream" } = attachment;
  const [content, setContent] = useState<Uint8Array<ArrayBuffer>>();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [running, setRunning] = useState(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const read = useCallback(async (): Promise<void> => {
    setRunning(true);
    setProblem(null);
    try {
      const answer = await callBytes("readAttachmentUnderGlass", {
        params: { glass, type, id, place: String(index) },
        query: version === undefined ? {} : { version },
      });
      if (mounted.current) setContent(answer);
    } catch (refusal) {
      if (!isApiProblem(refusal)) throw refusal;
      if (mounted.current) setProblem(refusal);
    } finally {
      if (mounted.current) setRunning(false);
    }
  }, [glass, type, id, version, index]);
  const begun = useRef(false);
  useEffect(() => {
    if (!atOnce || begun.current) return;
    begun.current = true;
    void read();
  }, [atOnce, read]);
  if (problem !== null)
    return <ApiProblemPanel problem={problem} actions={<ActButton onClick={() => void read()}>Try again</ActButton>} />;
  if (content === undefined)
    return (
      <DocumentView
        contentType={contentType}
        size={attachment.bytes}
        format={{ bytes }}
        elsewhere={
          atOnce ? (
            <span role="status">Reading it…</span>
          ) : (
            <ActButton size="compact-sm" running={running} onClick={() => void read()}>
              Show this document
            </ActButton>
          )
        }
      />
    );
  return (
    <DocumentView
      contentType={contentType}
      size={content.byteLength}
      format={{ bytes }}
      content={content}
      renderPdf={(pdf) => (
        <Suspense fallback={<p role="status">Drawing the pages…</p>}>
          <PdfPages bytes={pdf} />
        </Suspense>
      )}
    />
  );
}
