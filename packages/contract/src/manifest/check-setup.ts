import { pointerTo } from "../json/pointer.ts";
import type { Report } from "../json/shape.ts";
import { isWebAddress } from "../text/formats.ts";
import { checkOAuthStep } from "./check-oauth-step.ts";
import type { ConfigProperty, Manifest, SetupStep } from "./manifest.ts";
import { validateValue } from "./settings.ts";

/** What a setup needs beyond its shape: each step asks for settings that exist, and for nothing of another type. */
export function checkSetup(manifest: Manifest, report: Report): void {
  const steps = manifest.setup?.steps ?? [];
  for (const [index, step] of steps.entries()) checkStep(manifest, step, `/setup/steps/${index}`, report);
  checkTokenSets(steps, report);
}

type Properties = ReadonlyMap<string, ConfigProperty>;

function checkStep(manifest: Manifest, step: SetupStep, pointer: string, report: Report): void {
  const properties: Properties = new Map(Object.entries(manifest.config?.properties ?? {}));
  checkMembers(step, pointer, report);
  if (step.link !== undefined && !(isWebAddress(step.link) && step.link.startsWith("https://")))
    report(`${pointer}/link`, "is not an https address", "Write an address that begins with https://.");
  checkWhen(step, properties, pointer, report);
  checkFields(step, properties, pointer, report);
  checkOptions(step, properties, pointer, report);
  if (step.type === "oauth2") checkOAuthStep(manifest, step, pointer, report);
  if (step.waitsForHook !== undefined && !hooksOf(manifest).includes(step.waitsForHook))
    report(
      `${pointer}/waitsForHook`,
      `there is no hook \`${step.waitsForHook}\``,
      "Declare it in /ingress/http, or remove this.",
    );
}

/** Which members a step of each type must have, and which it may have beside id, type, title, text, help and link. */
const members: Record<SetupStep["type"], { needs: readonly (keyof SetupStep)[]; may: readonly (keyof SetupStep)[] }> = {
  form: { needs: ["fields"], may: ["discover", "check"] },
  menu: { needs: ["options"], may: [] },
  oauth2: { needs: ["authorizeUrl", "tokenUrl", "clientId", "into"], may: ["issuer", "scopes", "clientSecret"] },
  check: { needs: [], may: ["waitsForHook"] },
  test: { needs: [], may: ["waitsForHook"] },
};
const mends: Partial<Record<keyof SetupStep, string>> = {
  fields: "Name the settings that it asks.",
  options: "Add its choices.",
};
const typed = [...new Set(Object.values(members).flatMap(({ needs, may }) => [...needs, ...may]))];
const article = { form: "a form", menu: "a menu", oauth2: "an oauth2 step", check: "a check", test: "a test" } as const;

function checkMembers(step: SetupStep, pointer: string, report: Report): void {
  const { needs, may } = members[step.type];
  for (const name of needs)
    if (step[name] === undefined)
      report(`${pointer}/${name}`, `${article[step.type]} needs \`${name}\``, mends[name] ?? `Add "${name}".`);
  for (const name of typed)
    if (step[name] !== undefined && !needs.includes(name) && !may.includes(name))
      report(`${pointer}/${name}`, `${article[step.type]} has no ${name}`, "Remove it.");
}

function checkWhen({ when }: SetupStep, properties: Properties, pointer: string, report: Report): void {
  if (when === undefined) return;
  const declared = properties.get(when.setting);
  if (declared === undefined)
    return report(
      `${pointer}/when/setting`,
      `there is no setting \`${when.setting}\``,
      "Declare it in /config/properties.",
    );
  if (declared.secret === true)
    return report(
      `${pointer}/when/setting`,
      `\`${when.setting}\` is a secret`,
      "Depend on a setting that can be read.",
    );
  for (const [index, value] of when.in.entries())
    for (const problem of validateValue(declared, value, `${pointer}/when/in/${index}`))
      report(problem.pointer, problem.message, problem.fix);
}

function checkFields(step: SetupStep, properties: Properties, pointer: string, report: Report): void {
  for (const [index, name] of (step.fields ?? []).entries())
    if (!properties.has(name))
      report(`${pointer}/fields/${index}`, `there is no setting \`${name}\``, "Declare it in /config/properties.");
  for (const name of Object.keys(step.discover ?? {})) {
    const here = pointerTo(`${pointer}/discover`, name);
    if (!(step.fields ?? []).includes(name)) report(here, `the form does not ask for \`${name}\``, "Add it to fields.");
    else if (properties.get(name)?.secret === true)
      report(here, `\`${name}\` is a secret`, "Discover what can be shown.");
    else if (properties.get(name)?.type === "boolean")
      report(here, `\`${name}\` is a yes or no`, "Discover a text, a number or a list.");
  }
}

function checkOptions(step: SetupStep, properties: Properties, pointer: string, report: Report): void {
  for (const [index, option] of (step.options ?? []).entries())
    for (const [name, value] of Object.entries(option.set ?? {})) {
      const here = pointerTo(`${pointer}/options/${index}/set`, name);
      const declared = properties.get(name);
      if (declared === undefined) report(here, `there is no setting \`${name}\``, "Declare it in /config/properties.");
      else if (declared.secret === true) report(here, "a menu cannot set a secret", "Ask for it in a form.");
      else
        for (const problem of validateValue(declared, value, here))
          report(problem.pointer, problem.message, problem.fix);
    }
}

/** A token set belongs to one sign-in, and nobody types it. */
function checkTokenSets(steps: readonly SetupStep[], report: Report): void {
  const sets = steps.flatMap(({ type, into }, index) =>
    type === "oauth2" && into !== undefined ? [{ into, index }] : [],
  );
  const seen = new Set<string>();
  for (const { into, index } of sets) {
    if (seen.has(into))
      report(
        `/setup/steps/${index}/into`,
        `\`${into}\` holds another sign-in already`,
        "Give each a secret of its own.",
      );
    seen.add(into);
  }
  for (const [index, { fields = [], clientSecret }] of steps.entries()) {
    for (const [at, name] of fields.entries())
      if (seen.has(name))
        report(`/setup/steps/${index}/fields/${at}`, `\`${name}\` is filled by a sign-in`, "Remove it from the form.");
    if (clientSecret !== undefined && seen.has(clientSecret))
      report(
        `/setup/steps/${index}/clientSecret`,
        `\`${clientSecret}\` is filled by a sign-in`,
        "Name another secret.",
      );
  }
}

/** Ids of the hooks that the manifest declares. */
function hooksOf(manifest: Manifest): string[] {
  const { ingress } = manifest as { ingress?: { http?: readonly { id: string }[] } };
  return (ingress?.http ?? []).map(({ id }) => id);
}
