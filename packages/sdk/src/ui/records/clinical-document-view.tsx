import type { ReactNode } from "react";
import { KeyValue } from "../parts/panel.tsx";
import type { ClinicalDocument, ClinicalSection } from "./clinical-document.ts";
import { Markup } from "./markup.tsx";

/** A clinical document as a person reads it: what it is, of whom, by whom, and its sections in order. */
export function ClinicalDocumentView({
  document: { title, writtenOn, patient, bornOn, authors, custodian, sections, body },
  renderBody,
}: {
  document: ClinicalDocument;
  /** Shows a body that is not XML. */
  renderBody(body: NonNullable<ClinicalDocument["body"]>): ReactNode;
}) {
  return (
    <article className="document sheet clinical" aria-label={title}>
      <h3>{title}</h3>
      <KeyValue
        rows={{
          Patient: patient,
          Born: bornOn,
          Written: writtenOn,
          By: authors.join(", "),
          "Kept by": custodian,
        }}
      />
      {sections.map((section, at) => (
        <Section key={at} section={section} depth={0} />
      ))}
      {body !== undefined && renderBody(body)}
      {sections.length === 0 && body === undefined && <p className="dim">It has no section with text.</p>}
    </article>
  );
}

const depthMax = 4;

function Section({ section: { title, text, sections }, depth }: { section: ClinicalSection; depth: number }) {
  return (
    <section>
      {depth === 0 ? <h4>{title}</h4> : <h5>{title}</h5>}
      {text === undefined ? <p className="dim">No text.</p> : <Markup nodes={text.children} />}
      {depth < depthMax && sections.map((inner, at) => <Section key={at} section={inner} depth={depth + 1} />)}
    </section>
  );
}
