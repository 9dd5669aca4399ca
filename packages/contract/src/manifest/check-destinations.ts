import { phiClassOf } from "../capabilities/capabilities.ts";
import type { Report } from "../json/shape.ts";
import { parseScope } from "../scopes/parse-scope.ts";
import { formatScope, isScope } from "../scopes/scope.ts";
import { checkTokenUrl } from "./check-oauth-step.ts";
import type { ConfigProperty, Destination, DestinationAuth, Manifest } from "./manifest.ts";
import { requestHeaders } from "./request-headers.ts";
import { templateFault } from "./request-template.ts";

/**
 * Headers that belong to the connection, to the host or to a browser: a plugin that sets one could speak for another, split a
 * request or take the place of the secret (threat 97).
 */
const reserved =
  /^(?:host|authorization|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|content-length|content-encoding|accept-encoding|upgrade|expect|via|forwarded|date|origin|referer|user-agent|max-forwards|http2-settings|proxy-.*|sec-.*|x-forwarded-.*|x-http-method.*|x-method-override|:.*)$/;

/** Judges `destinations` of a manifest whose shape, scopes and config are right. */
export function checkDestinations(manifest: Manifest, report: Report): void {
  for (const [index, destination] of (manifest.destinations ?? []).entries()) {
    const pointer = `/destinations/${index}`;
    checkScope(manifest, destination, `${pointer}/scope`, report);
    for (const [at, { path }] of destination.requests.entries()) {
      const fault = templateFault(path);
      if (fault !== undefined)
        report(`${pointer}/requests/${at}/path`, `the path ${fault}`, "Write it as in `/v1/messages/{id}`.");
    }
    if (destination.phi === true && phiClassOf(manifest) === "none")
      report(
        `${pointer}/phi`,
        "the plugin's class of patient data is `none`, so none can go there",
        "Remove it, or declare the class in /classification/phi.",
      );
    checkHeaders(destination, pointer, report);
    if (destination.auth !== undefined) checkAuth(manifest, destination.auth, `${pointer}/auth`, report);
  }
}

function checkScope(manifest: Manifest, { scope }: Destination, pointer: string, report: Report): void {
  const parsed = parseScope(scope);
  if (!isScope(parsed)) return report(pointer, parsed.message, parsed.fix);
  if (parsed.kind !== "net" || parsed.protocol !== "https")
    return report(pointer, `\`${scope}\` is not an HTTPS destination`, "Write `net:https://host:443`.");
  const spelled = formatScope(parsed);
  const asked = (manifest.scopes ?? []).some((request) => {
    const other = parseScope(request.scope);
    return isScope(other) && formatScope(other) === spelled;
  });
  if (!asked)
    report(pointer, `the manifest's scopes do not ask for \`${spelled}\``, "Add it to /scopes with a reason.");
}

function checkHeaders({ headers = [], auth }: Destination, pointer: string, report: Report): void {
  for (const [index, name] of headers.entries()) {
    const here = `${pointer}/headers/${index}`;
    if (requestHeaders.has(name)) report(here, `\`${name}\` may be set without asking`, "Remove it.");
    else if (reserved.test(name)) report(here, `\`${name}\` is not for a plugin to set`, "Remove it.");
    else if (auth?.type === "header" && auth.name === name)
      report(here, `\`${name}\` holds the secret, which the host sets`, "Remove it.");
  }
}

function checkAuth(manifest: Manifest, auth: DestinationAuth, pointer: string, report: Report): void {
  switch (auth.type) {
    case "basic":
      checkPlain(manifest, auth.username, `${pointer}/username`, report);
      return checkSecret(manifest, auth.password, `${pointer}/password`, report);
    case "bearer":
      return checkSecret(manifest, auth.token, `${pointer}/token`, report);
    case "header":
      if (auth.name !== "authorization" && reserved.test(auth.name))
        report(
          `${pointer}/name`,
          `\`${auth.name}\` cannot hold a secret`,
          "Name the header that the provider asks for.",
        );
      return checkSecret(manifest, auth.value, `${pointer}/value`, report);
    case "oauth2":
      if (!(manifest.setup?.steps ?? []).some(({ id, type }) => id === auth.step && (type as string) === "oauth2"))
        report(
          `${pointer}/step`,
          `the setup has no step \`${auth.step}\` of type oauth2`,
          "Name the id of such a step of /setup/steps.",
        );
      return;
    case "client_credentials":
      checkTokenUrl(manifest, auth.tokenUrl, `${pointer}/tokenUrl`, report);
      checkPlain(manifest, auth.clientId, `${pointer}/clientId`, report);
      checkSecret(manifest, auth.clientSecret, `${pointer}/clientSecret`, report);
      if (auth.scope !== undefined) checkPlain(manifest, auth.scope, `${pointer}/scope`, report);
  }
}

function checkPlain(manifest: Manifest, name: string, pointer: string, report: Report): void {
  const declared = propertyOf(manifest, name);
  if (declared === undefined) return missing(name, pointer, report);
  if (declared.type !== "string" || declared.secret === true)
    report(pointer, `the setting \`${name}\` is not a text that may be shown`, "Name a text that is not a secret.");
}

function checkSecret(manifest: Manifest, name: string, pointer: string, report: Report): void {
  const declared = propertyOf(manifest, name);
  if (declared === undefined) return missing(name, pointer, report);
  if (declared.secret !== true)
    report(pointer, `the setting \`${name}\` is not a secret`, 'Add "secret": true to it in /config/properties.');
}

const propertyOf = ({ config }: Manifest, name: string): ConfigProperty | undefined =>
  Object.entries(config?.properties ?? {}).find(([other]) => other === name)?.[1];

const missing = (name: string, pointer: string, report: Report): void =>
  report(pointer, `there is no setting \`${name}\``, "Declare it in /config/properties.");
