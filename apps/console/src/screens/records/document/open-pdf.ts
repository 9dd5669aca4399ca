import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist";
// oxlint-disable-next-line import/default -- the build makes a worker of it and answers where it is
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?worker&url";
import jbig2 from "pdfjs-dist/wasm/jbig2.wasm?url";
import openjpeg from "pdfjs-dist/wasm/openjpeg.wasm?url";
import colours from "pdfjs-dist/wasm/qcms_bg.wasm?url";

const decoders: Readonly<Record<string, string>> = {
  "jbig2.wasm": jbig2,
  "openjpeg.wasm": openjpeg,
  "qcms_bg.wasm": colours,
};
const pixelsMax = 32_000_000;

interface WorkerPolicy {
  createScriptURL(url: string): unknown;
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): WorkerPolicy;
}
let policy: WorkerPolicy | undefined;

/**
 * Opens a PDF in a worker of its own, whose policy lets it ask for nothing. Scripts, forms and links of the file are not
 * run: pages are drawn, and that is all. Answers how to close it, which forgets its bytes.
 */
export function openPdf(bytes: Uint8Array<ArrayBuffer>): { opened: Promise<PDFDocumentProxy>; close(): void } {
  const worker = new Worker(trustedUrl(workerUrl) as string, { type: "module" });
  GlobalWorkerOptions.workerPort = worker;
  const task = getDocument({
    // The worker takes what it is given away from here.
    data: bytes.slice(),
    enableXfa: false,
    disableAutoFetch: true,
    disableWorkerRendering: true,
    maxImageSize: pixelsMax,
    useSystemFonts: true,
    useWorkerFetch: false,
    BinaryDataFactory: Decoders,
    wasmUrl: "decoders/",
    verbosity: 0,
  });
  return {
    opened: task.promise,
    close: () => {
      void task.destroy().finally(() => worker.terminate());
    },
  };
}

/** Only the viewer's own decoders of pictures: neither fonts nor character maps are asked for. */
class Decoders {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const url = decoders[filename];
    if (url === undefined) throw new Error(`the viewer has no ${filename}`);
    return new Uint8Array(await (await fetch(url)).arrayBuffer());
  }
}

/** The page's policy asks that addresses of scripts are vouched for: this one is, and no other. */
function trustedUrl(url: string): unknown {
  const factory = (window as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined) return url;
  policy ??= factory.createPolicy("hilum-pdf", {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError("not the viewer’s own worker");
      return asked;
    },
  });
  return policy.createScriptURL(url);
}
