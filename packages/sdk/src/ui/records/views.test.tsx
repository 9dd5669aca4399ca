import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { createFormat } from "../text/format.ts";
import { DocumentView } from "./document-view.tsx";
import { PatientBanner } from "./patient-banner.tsx";
import { Timeline } from "./timeline.tsx";

const format = createFormat({ locale: "en-GB", timeZone: "America/New_York" });
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe("the document view", () => {
  it("draws bars where the bytes are not there, and says how large they are", () => {
    const html = renderToStaticMarkup(<DocumentView contentType="application/pdf" size={2048} format={format} />);
    expect(html).toContain("The document, 2 kB, is masked.");
    expect(html).toContain('<div class="paper" aria-hidden="true">');
  });

  it("shows HTML as its own source", () => {
    const html = renderToStaticMarkup(
      <DocumentView contentType="text/html" format={format} content={bytesOf("<script>alert(1)</script>")} />,
    );
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("<script>");
  });

  it("reads a clinical document into sections, by its text and not by its media type alone", () => {
    const cda =
      "<ClinicalDocument><title>Summary</title><component><structuredBody><component><section><title>Plan</title><text><paragraph>Rest</paragraph></text></section></component></structuredBody></component></ClinicalDocument>";
    const html = renderToStaticMarkup(<DocumentView contentType="text/xml" format={format} content={bytesOf(cda)} />);
    expect(html).toContain("<h4>Plan</h4>");
    expect(html).toContain("<div>Rest</div>");
  });

  it("hands pages of a PDF to who can draw them, and describes the file where nobody can", () => {
    const content = bytesOf("%PDF-1.7");
    const drawn = (
      <DocumentView contentType="application/pdf" format={format} content={content} renderPdf={() => <i>pages</i>} />
    );
    expect(renderToStaticMarkup(drawn)).toBe("<i>pages</i>");
    expect(
      renderToStaticMarkup(<DocumentView contentType="application/pdf" format={format} content={content} />),
    ).toContain("This kind of file is not shown here");
  });
});

it("the timeline stands under its years, by days that are the same in every time zone", () => {
  const moments = [
    { id: "1", when: "2026-03-02", kind: "Document", title: "Letter", detail: "J••• D••" },
    { id: "2", when: "2025-08", kind: "Report", title: "X-ray" },
    { id: "3", when: "2025", kind: "Report", title: "Blood count" },
  ];
  const html = renderToStaticMarkup(<Timeline moments={moments} format={format} />);
  expect(html.match(/<h3>\d+<\/h3>|>[\w ]*<\/time>/g)).toEqual([
    "<h3>2026</h3>",
    ">2 Mar</time>",
    "<h3>2025</h3>",
    ">Aug</time>",
    "></time>",
  ]);
  expect(html).toContain('<span class="masked">J••• D••</span>');
});

it("the patient banner names the patient as it was given, with what must be seen first", () => {
  const html = renderToStaticMarkup(
    <PatientBanner name="J••• D••" lines={[{ label: "Born", value: "1970" }]} masked flags="On hold" />,
  );
  expect(html).toContain('<p class="name masked">J••• D••</p>');
  expect(html).toContain("<dt>Born</dt><dd>1970</dd>");
  expect(html).toContain('<div class="flags">On hold</div>');
});
