import { pointerTo } from "../json/pointer.ts";
import { described, list, object, record, text, variants, type Report, type Shape } from "../json/shape.ts";
import type { Manifest } from "./manifest.ts";

const settingName = { max: 64, form: /^[A-Za-z][A-Za-z0-9_]{0,63}$/, what: "the name of a setting" } as const;
const kind = (name: string): Shape => described(`\`${name}\``, text({ max: 10 }));
const valueText = text({ min: 0, max: 4096, what: "a value as text" });

/** How saved settings follow the plugin from one version to the next. */
export const migrationsShape: Shape = list(
  object(
    {
      version: described(
        "The version that brought the change: it is made for settings that were saved under an earlier one.",
        text({
          max: 64,
          form: /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})$/,
          what: "a version such as 2.0.0",
        }),
      ),
      settings: described(
        "What is changed, in this order.",
        list(
          variants("change", {
            rename: object(
              { change: kind("rename"), from: text(settingName), to: text(settingName) },
              { required: ["change", "from", "to"] },
            ),
            remove: object({ change: kind("remove"), name: text(settingName) }, { required: ["change", "name"] }),
            replace: object(
              {
                change: kind("replace"),
                name: text(settingName),
                values: described(
                  "New texts by old ones; a value that is not named stays.",
                  record(valueText, { max: 100, form: /^[^\n]{0,200}$/, what: "a value as text" }),
                ),
              },
              { required: ["change", "name", "values"] },
            ),
          }),
          { min: 1, max: 50 },
        ),
      ),
    },
    { required: ["version", "settings"] },
  ),
  { max: 50, unique: ["version"] },
);

/** What the shape alone cannot see: versions in order, and no change that leads to a setting that does not exist. */
export function checkMigrations({ migrations = [], version, config }: Manifest, report: Report): void {
  if (migrations.length === 0) return;
  if (version === undefined)
    report("/migrations", "the manifest has no `version` that they could lead to", "Add `version`.");
  for (const [index, migration] of migrations.entries()) {
    const here = pointerTo("/migrations", index);
    const before = migrations[index - 1];
    if (before !== undefined && compareVersions(before.version, migration.version) >= 0)
      report(`${here}/version`, "comes after a later version", "List migrations from the earliest to the latest.");
    if (version !== undefined && compareVersions(migration.version, version) > 0)
      report(
        `${here}/version`,
        `is later than the plugin's own version ${version}`,
        "Raise `version`, or lower this one.",
      );
  }
  const declared = new Set(Object.keys(config?.properties ?? {}));
  const later = new Set<string>();
  for (const [index, { settings }] of [...migrations.entries()].toReversed())
    for (const [at, change] of [...settings.entries()].toReversed()) {
      const [name, member] = change.change === "rename" ? [change.to, "to"] : [change.name, "name"];
      // A later change may take it further, or away.
      if (change.change !== "remove" && !declared.has(name) && !later.has(name))
        report(
          `/migrations/${index}/settings/${at}/${member}`,
          `leads to the setting \`${name}\`, which config does not declare`,
          "Declare it in /config/properties, or change it further.",
        );
      later.add(change.change === "rename" ? change.from : change.name);
    }
}

/** Precedence of two versions (Semantic Versioning 2.0.0, section 11); a pre-release comes before its release. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  for (let at = 0; at < 3; at++) {
    const difference = (a.numbers[at] ?? 0) - (b.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(a.release) - Number(b.release);
}

function partsOf(version: string): { numbers: number[]; release: boolean } {
  const [core = "", ...rest] = version.split("+")[0]?.split("-") ?? [];
  return { numbers: core.split(".").map(Number), release: rest.length === 0 };
}
