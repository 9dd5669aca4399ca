/** How a document can be shown. `none`: it is described, and not shown. */
export type DocumentKind = "pdf" | "image" | "text" | "clinical" | "none";

const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]);
const texts = new Set(["application/json", "application/fhir+json", "application/xml", "application/fhir+xml"]);
const clinical = new Set(["application/cda+xml", "application/hl7-cda+xml", "application/hl7-sda+xml"]);

/** By the media type alone: bytes are never asked what they would like to be. */
export function documentKind(contentType: string): DocumentKind {
  const [type = ""] = contentType.toLowerCase().split(";");
  const bare = type.trim();
  if (bare === "application/pdf") return "pdf";
  if (pictures.has(bare)) return "image";
  if (clinical.has(bare)) return "clinical";
  if (bare.startsWith("text/") || texts.has(bare)) return "text";
  return "none";
}

/** The character set that a media type names; UTF-8 where it names none or none that is known. */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const named = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
