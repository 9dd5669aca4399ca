import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError, type Manifest } from "@hilum/contract";
import { sbomName, type ArchiveFile } from "@hilum/marketplace";

/** A part of a package that somebody else wrote (CycloneDX 1.6, `components`). */
export interface Component {
  type: "library";
  name: string;
  version: string;
  /** Package URL: `pkg:npm/nodemailer@7.0.3`. */
  purl: string;
  licenses?: { license: { id?: string; name?: string } | { name: string } }[];
}

/** Where a plugin that is bundled before it is packed lists what is in its code; it is taken over. */
export const builtSbomName = "dist/sbom.cdx.json";

/** The npm packages that these files belong to, each once, by name and version. */
export async function findComponents(files: readonly string[]): Promise<Component[]> {
  const known = new Map<string, Promise<Component | undefined>>();
  const above = (folder: string): Promise<Component | undefined> => {
    const found =
      known.get(folder) ??
      readComponent(folder).then((own) => own ?? (dirname(folder) === folder ? undefined : above(dirname(folder))));
    known.set(folder, found);
    return found;
  };
  return (await Promise.all(files.map((file) => above(dirname(file))))).filter((one) => one !== undefined);
}

/** A package.json without a version only says how files beside it are read. */
async function readComponent(folder: string): Promise<Component | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { name, version, license } = JSON.parse(text) as Record<string, unknown>;
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  return {
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace(/^@/, "%40")}@${version}`,
    ...(typeof license === "string" ? { licenses: [{ license: { id: license } }] } : {}),
  };
}

/** The SDK that lies beside a Python plugin's code. */
export function pythonSdkOf(files: readonly ArchiveFile[]): Component[] {
  const file = files.find(({ path }) => /(^|\/)hilum\/version\.py$/.test(path));
  const version = /"(\d+\.\d+\.\d+)"/.exec(Buffer.from(file?.bytes ?? []).toString("utf8"))?.[1];
  if (version === undefined) return [];
  return [
    {
      type: "library",
      name: "hilum",
      version,
      purl: `pkg:pypi/hilum@${version}`,
      licenses: [{ license: { id: "Apache-2.0" } }],
    },
  ];
}

/** What the plugin says of code that was bundled before. Throws `package.invalid` for what is no CycloneDX document. */
export function readSbom(files: readonly ArchiveFile[]): Component[] {
  const file = files.find(({ path }) => path === builtSbomName);
  if (file === undefined) return [];
  try {
    const { bomFormat, components = [] } = JSON.parse(Buffer.from(file.bytes).toString("utf8")) as {
      bomFormat?: string;
      components?: Component[];
    };
    if (
      bomFormat === "CycloneDX" &&
      components.every(({ name, version, purl }) => [name, version, purl].every((one) => typeof one === "string"))
    )
      return components;
  } catch {
    // Said below.
  }
  throw new HilumError("package.invalid", {
    detail: `${builtSbomName} is not a CycloneDX document.`,
    problems: [
      { pointer: `/${builtSbomName}`, message: "is not a CycloneDX document", fix: "Build the plugin again." },
    ],
  });
}

/** The document: the same for the same parts, so without time and serial number. */
export function sbomText(
  { id, version = "0.0.0" }: Pick<Manifest, "id" | "version">,
  components: readonly Component[],
): string {
  const unique = [...new Map(components.map((one) => [one.purl, one])).values()];
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": id, name: id, version } },
    components: unique.toSorted((one, other) => (one.purl < other.purl ? -1 : 1)),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export const sbomFile = (manifest: Manifest, components: readonly Component[]): ArchiveFile => ({
  path: sbomName,
  bytes: Buffer.from(sbomText(manifest, components)),
});
