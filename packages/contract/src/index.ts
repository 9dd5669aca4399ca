export {
  breakGlass,
  glassPurposes,
  purposeCodes,
  purposesOfUse,
  tokenPurposes,
  type GlassPurpose,
  type PurposeOfUse,
  type TokenPurpose,
} from "./purpose-of-use.ts";
export { capabilities, methodsOf, phiClassOf, type CapabilitySpec } from "./capabilities/capabilities.ts";
export type { Actor, Context, Log, LogFields } from "./context.ts";
export { errorCatalogue, errorCodes, type ErrorCode, type ErrorSpec } from "./errors/catalogue.ts";
export {
  causeByProviderCode,
  storeErrorCodes,
  type ProviderErrorCode,
  type StoreErrorCode,
} from "./errors/provider-codes.ts";
export { HilumError, isHilumError, type HilumErrorOptions, type Problem } from "./errors/hilum-error.ts";
export {
  checkPluginId,
  confusableSkeleton,
  findConfusableId,
  isInstanceId,
  pluginIdLengthMax,
  type PluginIdOptions,
  type PluginIdProblem,
} from "./ids/plugin-id.ts";
export { canonicalJson } from "./json/canonical-json.ts";
export { pointerTo } from "./json/pointer.ts";
export { heldSecrets, withoutHeld } from "./manifest/held-secrets.ts";
export { checkConfigSchema, secretNames, withDefaults } from "./manifest/config-profile.ts";
export { hookBytesMax, hookDefaults, hooksOf } from "./manifest/ingress.ts";
export { manifestJsonSchema, manifestShape } from "./manifest/manifest-shape.ts";
export * from "./manifest/manifest.ts";
export { storageBrowserOf } from "./manifest/storage-shape.ts";
export { compareVersions } from "./manifest/migrations-shape.ts";
export {
  describeMigration,
  migrateSettings,
  migrationsBetween,
  type SavedSettings,
} from "./manifest/migrate-settings.ts";
export {
  manifestBytesMax,
  parseManifest,
  type ParsedManifest,
  type ParseManifestOptions,
} from "./manifest/parse-manifest.ts";
export { pageIcons, pagesOf, type DeclaredPage, type PageIcon, type PageName } from "./manifest/plugin-pages.ts";
export {
  fillProviderAddress,
  parseProviderAddress,
  settingsOfAddress,
  type ProviderAddress,
} from "./manifest/provider-address.ts";
export { allowedHeaders } from "./manifest/request-headers.ts";
export { findRequest, isPlainPath, pathLengthMax } from "./manifest/request-template.ts";
export {
  validateAnswers,
  validateGiven,
  validateSettings,
  visible,
  type ValidateSettingsOptions,
} from "./manifest/settings.ts";
export {
  decodeEnrolmentCode,
  encodeEnrolmentCode,
  remoteConnectText,
  remoteTokenText,
  type EnrolmentCode,
} from "./remote/enrolment-code.ts";
export { describeScope, isServedScope } from "./scopes/describe-scope.ts";
export { isCidr, isHost, isIpv4, isIpv6, isPort } from "./scopes/network-name.ts";
export { parseScope, resolveScope } from "./scopes/parse-scope.ts";
export {
  coversScope,
  formatScope,
  isResolved,
  isScope,
  narrowerScopes,
  scopeSettings,
  type DataAction,
  type Scope,
} from "./scopes/scope.ts";
export { certificateFault, type CertificateFault } from "./text/certificate-fault.ts";
export { findInvisible, findLookAlike } from "./text/deceptive-text.ts";
export { hasFormat, isEmail, isWebAddress } from "./text/formats.ts";
export { compilePattern, type LinearPattern } from "./text/linear-pattern.ts";
export { nearestName } from "./text/nearest-name.ts";
export * from "./wire/protocol.ts";
export * from "./wire/records.ts";
export { judgeSdkVersion, sdkVersions } from "./wire/sdk-versions.ts";
