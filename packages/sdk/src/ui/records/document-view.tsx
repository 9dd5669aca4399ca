import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Format } from "../text/format.ts";
import { readClinicalDocument } from "./clinical-document.ts";
import { ClinicalDocumentView } from "./clinical-document-view.tsx";
import { decodeText, documentKind } from "./document-kind.ts";
import { Notice } from "../parts/notice.tsx";

export interface DocumentViewProps {
  contentType: string;
  /** Length in bytes, where it is known. */
  size?: number | undefined;
  format: Pick<Format, "bytes">;
  /** The bytes in the clear; absent where they are masked: bars are drawn in their place, and said. */
  content?: Uint8Array<ArrayBuffer> | undefined;
  /** Beside the masked document: how it may be seen. */
  elsewhere?: ReactNode;
  /** Draws the pages of a PDF. Where it is absent, PDF is described and not shown. */
  renderPdf?: ((bytes: Uint8Array<ArrayBuffer>) => ReactNode) | undefined;
}

const textCharactersMax = 400_000;

/**
 * A document, shown without letting anything of it run: pictures and pages are drawn, text is text, clinical documents
 * are read into sections. HTML is shown as its own source.
 */
export function DocumentView({ contentType, size, format, content, elsewhere, renderPdf }: DocumentViewProps) {
  if (content === undefined) return <MaskedDocument size={size} format={format} elsewhere={elsewhere} />;
  const kind = documentKind(contentType);
  if (kind === "pdf" && renderPdf !== undefined) return renderPdf(content);
  if (kind === "image") return <Picture bytes={content} contentType={contentType} />;
  if (kind === "text" || kind === "clinical")
    return <Text text={decodeText(content, contentType)} format={format} renderPdf={renderPdf} />;
  return (
    <Notice tone="info" title="This kind of file is not shown here">
      {contentType}, {format.bytes(content.byteLength)}. An export with approval holds it as it is.
    </Notice>
  );
}

/** Bars in place of the words, with a sentence that says so. */
function MaskedDocument({ size, format, elsewhere }: Pick<DocumentViewProps, "size" | "format" | "elsewhere">) {
  return (
    <div className="document">
      <p className="small dim">
        The document{size !== undefined && `, ${format.bytes(size)},`} is masked. {elsewhere}
      </p>
      <div className="paper" aria-hidden>
        {Array.from({ length: 9 }, (_, at) => (
          <i key={at} />
        ))}
      </div>
    </div>
  );
}

function Text({ text, format, renderPdf }: { text: string } & Pick<DocumentViewProps, "format" | "renderPdf">) {
  const clinical = text.trimStart().startsWith("<") ? readClinicalDocument(text) : undefined;
  if (clinical !== undefined)
    return (
      <ClinicalDocumentView
        document={clinical}
        renderBody={({ contentType, base64 }) => (
          <DocumentView
            contentType={contentType}
            format={format}
            content={decodeBase64(base64)}
            renderPdf={renderPdf}
          />
        )}
      />
    );
  return (
    <div className="document">
      {text.length > textCharactersMax && (
        <p className="small dim">The first {format.bytes(textCharactersMax)} are shown.</p>
      )}
      <pre className="sheet" tabIndex={0} role="region" aria-label="Text of the document">
        {text.slice(0, textCharactersMax)}
      </pre>
    </div>
  );
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replaceAll(/\s+/g, "")), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Drawn on a canvas: the bytes become pixels and nothing else, and no address is made that holds them. */
function Picture({ bytes, contentType }: { bytes: Uint8Array<ArrayBuffer>; contentType: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    createImageBitmap(new Blob([bytes], { type: contentType })).then(
      (bitmap) => {
        const place = canvas.current;
        if (wanted && place !== null) {
          place.width = bitmap.width;
          place.height = bitmap.height;
          place.getContext("2d")?.drawImage(bitmap, 0, 0);
        }
        bitmap.close();
      },
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [bytes, contentType]);
  if (failed)
    return (
      <Notice tone="warn" title="The picture cannot be drawn">
        Its bytes are not those of {contentType}. An export with approval holds them as they are.
      </Notice>
    );
  return (
    <div className="document">
      <canvas ref={canvas} className="sheet" role="img" aria-label="Picture of the record" />
    </div>
  );
}
