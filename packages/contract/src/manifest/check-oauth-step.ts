import type { Report } from "../json/shape.ts";
import { parseScope } from "../scopes/parse-scope.ts";
import { formatScope, isScope } from "../scopes/scope.ts";
import { isWebAddress } from "../text/formats.ts";
import type { ConfigProperty, Manifest, SetupStep } from "./manifest.ts";
import { parseProviderAddress, settingsOfAddress, type ProviderAddress } from "./provider-address.ts";

/** Parameters of an authorization request that are the host's alone (RFC 6749 section 4.1.1, RFC 7636, RFC 9101). */
const hostParameters = new Set([
  "response_type",
  "response_mode",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
]);

/** An `oauth2` step: its addresses, and the settings that hold what it needs and what it brings. */
export function checkOAuthStep(manifest: Manifest, step: SetupStep, pointer: string, report: Report): void {
  const { authorizeUrl, tokenUrl, issuer, clientId, clientSecret, into } = step;
  checkAuthorizeUrl(manifest, authorizeUrl, `${pointer}/authorizeUrl`, report);
  checkTokenUrl(manifest, tokenUrl, `${pointer}/tokenUrl`, report);
  if (issuer !== undefined && !(isWebAddress(issuer) && /^https:[^?#]*$/.test(issuer)))
    report(`${pointer}/issuer`, "is not an https address without query and fragment", "Copy it from the provider.");
  checkSetting(manifest, clientId, { secret: false }, `${pointer}/clientId`, report);
  checkSetting(manifest, clientSecret, { secret: true }, `${pointer}/clientSecret`, report);
  checkSetting(manifest, into, { secret: true }, `${pointer}/into`, report);
}

const addressMend = "Write an address such as https://login.example.com/oauth2/token.";

function checkAuthorizeUrl(manifest: Manifest, text: string | undefined, pointer: string, report: Report): void {
  if (text === undefined) return;
  const address = parseProviderAddress(text);
  if (address === undefined) return report(pointer, "is not an https address", addressMend);
  const own = [...address.query.keys()].find((name) => hostParameters.has(name));
  if (own !== undefined) report(pointer, `sets the parameter \`${own}\`, which Hilum sets`, "Remove it.");
  checkSettingsIn(manifest, address, pointer, report);
}

/** Where the host asks for tokens: an address of this form, to which one of the manifest's scopes leads. */
export function checkTokenUrl(manifest: Manifest, text: string | undefined, pointer: string, report: Report): void {
  if (text === undefined) return;
  const address = parseProviderAddress(text);
  if (address === undefined || address.query.size > 0)
    return report(pointer, "is not an https address without query", addressMend);
  checkSettingsIn(manifest, address, pointer, report);
  const wanted = formatScope(address.scope);
  const asked = (manifest.scopes ?? []).some(({ scope }) => {
    const parsed = parseScope(scope);
    return isScope(parsed) && formatScope(parsed) === wanted;
  });
  if (!asked) report(pointer, `no scope leads there`, `Add { "scope": "${wanted}", "reason": "..." } to /scopes.`);
}

function checkSettingsIn(manifest: Manifest, address: ProviderAddress, pointer: string, report: Report): void {
  for (const name of settingsOfAddress(address)) {
    const declared = propertyOf(manifest, name);
    if (declared === undefined)
      report(
        pointer,
        `names the setting \`${name}\`, which config does not declare`,
        "Declare it in /config/properties.",
      );
    else if (declared.secret === true || declared.type === "array" || declared.type === "boolean")
      report(
        pointer,
        `names the setting \`${name}\`, which cannot be part of an address`,
        "Use a text that is not a secret.",
      );
  }
}

function checkSetting(
  manifest: Manifest,
  name: string | undefined,
  { secret }: { secret: boolean },
  pointer: string,
  report: Report,
): void {
  if (name === undefined) return;
  const declared = propertyOf(manifest, name);
  if (declared === undefined)
    return report(pointer, `there is no setting \`${name}\``, "Declare it in /config/properties.");
  if (declared.type !== "string") report(pointer, `\`${name}\` is not a text`, 'Give it "type": "string".');
  if ((declared.secret === true) !== secret)
    report(
      pointer,
      secret ? `\`${name}\` is not a secret` : `\`${name}\` is a secret`,
      secret ? 'Give it "secret": true.' : "Name a setting that can be shown.",
    );
}

function propertyOf({ config }: Manifest, name: string): ConfigProperty | undefined {
  return Object.entries(config?.properties ?? {}).find(([other]) => other === name)?.[1];
}
