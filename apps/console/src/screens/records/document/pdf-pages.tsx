import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { Advice } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { openPdf } from "./open-pdf.ts";

const widthMax = 1400;

/** The pages of a PDF, one at a time, drawn on a canvas, with the text of the page for who cannot see it. */
export function PdfPages({ bytes }: { bytes: Uint8Array<ArrayBuffer> }) {
  const [pdf, setPdf] = useState<PDFDocumentProxy>();
  const [failed, setFailed] = useState(false);
  const [page, setPage] = useState(1);
  useEffect(() => {
    let wanted = true;
    const { opened, close } = openPdf(bytes);
    opened.then(
      (document) => wanted && setPdf(document),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
      close();
    };
  }, [bytes]);
  if (failed)
    return (
      <Advice title="The pages cannot be drawn.">
        The file is not a PDF, is damaged, or needs a password. An export with approval holds it as it is.
      </Advice>
    );
  if (pdf === undefined) return <p role="status">Drawing the pages…</p>;
  return (
    <div className="document stack sm">
      <PdfPage key={page} pdf={pdf} page={page} />
      {pdf.numPages > 1 && (
        <div className="row">
          <ActButton
            size="compact-sm"
            blocked={page === 1 ? "This is the first page." : undefined}
            compact
            onClick={() => setPage(page - 1)}
          >
            Previous page
          </ActButton>
          <span className="small num" role="status">
            Page {page} of {pdf.numPages}
          </span>
          <ActButton
            size="compact-sm"
            blocked={page === pdf.numPages ? "This is the last page." : undefined}
            compact
            onClick={() => setPage(page + 1)}
          >
            Next page
          </ActButton>
        </div>
      )}
    </div>
  );
}

function PdfPage({ pdf, page: number }: { pdf: PDFDocumentProxy; page: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState("");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    let stop = (): void => undefined;
    const draw = async (): Promise<void> => {
      const page = await pdf.getPage(number);
      const place = canvas.current;
      if (!wanted || place === null) return;
      const plain = page.getViewport({ scale: 1 });
      const viewport = page.getViewport({ scale: Math.min(2, widthMax / plain.width) });
      place.width = Math.floor(viewport.width);
      place.height = Math.floor(viewport.height);
      const drawing = page.render({ canvas: place, viewport });
      stop = () => drawing.cancel();
      await drawing.promise;
      const { items } = await page.getTextContent();
      const words = items.flatMap((item) => ("str" in item ? [item.str, item.hasEOL ? "\n" : ""] : []));
      if (wanted) setText(words.join(""));
    };
    draw().catch(() => wanted && setFailed(true));
    return () => {
      wanted = false;
      stop();
    };
  }, [pdf, number]);
  return (
    <>
      {failed && <Advice title="This page cannot be drawn.">The others may be.</Advice>}
      <canvas ref={canvas} className="sheet" role="img" aria-label={`Page ${number} of ${pdf.numPages}`} />
      {text.trim() !== "" && (
        <details>
          <summary>Text of this page</summary>
          <pre className="reply">{text}</pre>
        </details>
      )}
    </>
  );
}
