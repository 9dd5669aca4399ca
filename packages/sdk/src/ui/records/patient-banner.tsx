import type { ReactNode } from "react";
import { Glyph } from "../parts/glyph.tsx";

export interface PatientBannerProps {
  /** `J••• D••` while it is masked. */
  name: string;
  /** Terms and values in their order: born, sex, record number. Masked ones hold dots. */
  lines: readonly { label: string; value: string }[];
  masked: boolean;
  /** What must be seen before anything is done: a legal hold, a consent. */
  flags?: ReactNode;
  acts?: ReactNode;
}

/** Who a page is about: the same strip in the console and in plugins' pages, so that nobody mistakes one patient for another. */
export function PatientBanner({ name, lines, masked, flags, acts }: PatientBannerProps) {
  return (
    <section className="patient" aria-label="Patient" data-masked={masked || undefined}>
      <div className="who">
        <span className="portrait" aria-hidden>
          <Glyph name="person" size={22} stroke={1.75} />
        </span>
        <div>
          <p className={masked ? "name masked" : "name"}>{name}</p>
          <dl>
            {lines.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className={value.includes("•") ? "masked" : undefined}>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
        {acts !== undefined && <div className="acts">{acts}</div>}
      </div>
      {flags !== undefined && <div className="flags">{flags}</div>}
    </section>
  );
}
