import { useQuery } from "@tanstack/react-query";
import { callBytes } from "../../../api/call.ts";
import { KeyValue } from "../../../look/panel.tsx";
import type { ListedFile } from "./about-version.ts";

/** The parts of a signed listing that a reviewer reads first; the whole file can be saved. */
interface ListingFile {
  changelog?: string;
  security?: boolean;
  manifest?: { scopes?: { scope: string; reason: string }[]; license?: string; description?: string };
  sbom?: { components?: number };
  advisories?: unknown[];
}

/** What its publisher signed about the version, read from the very file that is published. */
export function SubmittedListing({ files }: { files: readonly ListedFile[] }) {
  const file = files.find(({ kind }) => kind === "listing");
  const listing = useQuery({
    queryKey: ["getPublishedFile", file?.digest],
    enabled: file !== undefined,
    queryFn: async () =>
      JSON.parse(
        new TextDecoder().decode(await callBytes("getPublishedFile", { params: { digest: file?.digest ?? "" } })),
      ) as ListingFile,
    retry: false,
  });
  if (listing.data === undefined) return null;
  const { changelog, security, manifest, sbom, advisories } = listing.data;
  const scopes = manifest?.scopes ?? [];
  return (
    <KeyValue
      rows={{
        "What it is": manifest?.description,
        "What changed": <span className="plain">{changelog}</span>,
        "May do":
          scopes.length === 0 ? (
            "nothing beyond what it is handed"
          ) : (
            <ul className="stack xs">
              {scopes.map(({ scope, reason }) => (
                <li key={scope}>
                  <code>{scope}</code> <span className="small dim">{reason}</span>
                </li>
              ))}
            </ul>
          ),
        Licence: manifest?.license ?? "not named",
        Parts: sbom?.components === undefined ? undefined : String(sbom.components),
        Weaknesses: advisories === undefined || advisories.length === 0 ? "none known" : String(advisories.length),
        "Mends a weakness": security === true ? "yes: it does not wait for the cooling-off" : undefined,
      }}
    />
  );
}
