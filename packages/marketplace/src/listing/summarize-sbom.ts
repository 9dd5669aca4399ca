import type { SbomSummary } from "./listing.ts";

interface Component {
  licenses?: readonly { license?: { id?: unknown; name?: unknown }; expression?: unknown }[];
}

const unknownLicense = "not named";

/** How many parts a package is made of and under which licences, the most frequent first (CycloneDX 1.6, `components`). */
export function summarizeSbom(sbom: Readonly<Record<string, unknown>>): SbomSummary {
  const components = Array.isArray(sbom["components"]) ? (sbom["components"] as Component[]) : [];
  const counts = new Map<string, number>();
  for (const component of components)
    for (const license of licensesOf(component)) counts.set(license, (counts.get(license) ?? 0) + 1);
  return {
    components: components.length,
    licenses: [...counts]
      .map(([license, count]) => ({ license, count }))
      .toSorted((one, other) => other.count - one.count || (one.license < other.license ? -1 : 1)),
  };
}

function licensesOf({ licenses }: Component): string[] {
  const named = (Array.isArray(licenses) ? licenses : []).flatMap(({ license, expression }) =>
    [license?.id ?? license?.name ?? expression].filter((one) => typeof one === "string"),
  );
  return named.length === 0 ? [unknownLicense] : [...new Set(named)].map((license) => license.slice(0, 120));
}
