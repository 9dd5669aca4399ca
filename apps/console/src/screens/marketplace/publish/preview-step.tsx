import type { PublicationPreview } from "@hilum/contract/api";
import { Glyph, KeyValue, Panel } from "../../../look/panel.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { bytes, many, shortHash } from "../../../text/format.ts";
import { Parts } from "../listing/parts.tsx";
import { Permissions } from "../listing/permissions.tsx";
import { phiTitles } from "../market-words.ts";
import { QualityPanel } from "../quality-scale.tsx";

interface PreviewStepProps {
  preview: PublicationPreview;
  onBack(): void;
  onNext(): void;
}

/** The listing as everybody will read it. */
export function PreviewStep({ preview: { detail, files }, onBack, onNext }: PreviewStepProps) {
  return (
    <>
      <Panel
        title={`${detail.name} ${detail.version}`}
        end={<Glyph name={detail.name} />}
        foot={
          <>
            <ActButton onClick={onBack}>Back</ActButton>
            <ActButton variant="filled" onClick={onNext}>
              Sign it
            </ActButton>
          </>
        }
      >
        <div className="stack md">
          <p>{detail.description}</p>
          <KeyValue
            rows={{
              Publisher: detail.publisher,
              Licence: detail.license ?? "not named",
              "Patient data": phiTitles[detail.phi],
              Contacts: detail.hosts.length === 0 ? "no host" : detail.hosts.join(", "),
              Size: bytes(detail.bytes),
              "What changed": <span className="plain">{detail.versions[0]?.changelog}</span>,
              Pictures:
                detail.screenshots.length === 0 ? undefined : detail.screenshots.map(({ alt }) => alt).join("; "),
              Files: `${many(files.length, "file")} are signed`,
              "SHA-256": <code>{shortHash(detail.digest)}</code>,
            }}
          />
        </div>
      </Panel>
      <QualityPanel level={detail.quality} criteria={detail.qualityCriteria} />
      <Permissions listing={detail} />
      <Parts sbom={detail.sbom} />
    </>
  );
}
