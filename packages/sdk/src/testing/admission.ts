import {
  describeScope,
  formatScope,
  HilumError,
  hooksOf,
  hostMethods,
  isScope,
  parseManifest,
  parseScope,
  resolveScope,
  validateSettings,
  visible,
  withDefaults,
  type Manifest,
} from "@hilum/contract";

/** What the platform asks before a plugin runs: a manifest, settings and grants that are right, and all methods. */
export function readManifest(given: unknown): Manifest {
  const parsed = parseManifest(given, { included: true });
  if (!parsed.ok)
    throw new HilumError(parsed.code, {
      detail: summary("The manifest is not valid", parsed.problems),
      problems: parsed.problems,
    });
  return parsed.manifest;
}

export function readSettings(manifest: Manifest, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schema = manifest.config ?? { type: "object", properties: {} };
  const problems = validateSettings(schema, given);
  if (problems.length > 0)
    throw new HilumError("request.invalid", { detail: summary("The settings are not valid", problems), problems });
  const shown = visible(schema, given);
  return Object.fromEntries(Object.entries(withDefaults(schema, given)).filter(([name]) => shown.has(name)));
}

/** Where a vendor would call each hook. */
export function hookAddresses(manifest: Manifest): Record<string, string> {
  return Object.fromEntries(
    hooksOf(manifest).map(({ id }) => [id, `https://hilum.test/hooks/${manifest.id}/default/${id}`]),
  );
}

/** Only what the manifest asks for can be granted, pinned to the settings as they are. */
export function resolveGrants(
  manifest: Manifest,
  given: readonly string[],
  settings: Record<string, unknown>,
): { scope: string; resolved: string }[] {
  return given.map((text) => {
    const scope = parseScope(text);
    if (!isScope(scope)) throw new HilumError("request.invalid", { detail: scope.message });
    const asked = (manifest.scopes ?? []).some((request) => request.scope === text);
    if (!asked)
      throw new HilumError("request.invalid", {
        detail: `The manifest does not ask for ${text}: ${describeScope(scope)}`,
      });
    const resolved = resolveScope(scope, settings);
    if (!isScope(resolved)) throw new HilumError("request.invalid", { detail: resolved.message, problems: [resolved] });
    return { scope: text, resolved: formatScope(resolved) };
  });
}

export function checkMethods(manifest: Manifest, methods: readonly string[]): void {
  const wanted = [
    ...hostMethods.core,
    ...(manifest.capabilities.includes("send_messages") ? hostMethods.send_messages : []),
    ...(manifest.capabilities.includes("store_records") ? hostMethods.store_records : []),
    ...(hooksOf(manifest).length > 0 ? hostMethods.ingress : []),
  ];
  const missing = wanted.filter((method) => !methods.includes(method));
  if (missing.length > 0)
    throw new HilumError("plugin.protocol", {
      detail: `The plugin does not answer ${missing.join(", ")}, which its manifest promises`,
    });
}

/** A live test needs a recipient, and only a live one gets it. */
export function smokeParams(
  manifest: Manifest,
  id: string,
  recipient: string | undefined,
): { id: string; recipient?: string } {
  const declared = (manifest.smokeTests ?? []).find((test) => test.id === id);
  if (declared === undefined)
    throw new HilumError("request.invalid", { detail: `The manifest declares no smoke test ${id}` });
  if ((declared.live ?? false) !== (recipient !== undefined))
    throw new HilumError("request.invalid", {
      detail: declared.live === true ? "A live test needs a recipient" : "Only a live test has a recipient",
    });
  return recipient === undefined ? { id } : { id, recipient };
}

export function summary(title: string, problems: readonly { pointer: string; message: string }[]): string {
  return `${title}: ${problems.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")}`;
}
