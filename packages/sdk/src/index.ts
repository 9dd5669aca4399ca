export type {
  DiscoveredOption,
  HealthResult,
  Manifest,
  ProviderErrorCode,
  RecordDelete,
  RecordRead,
  RecordSearch,
  SearchQuery,
  UpdateDeliveryParams,
} from "@hilum/contract";
export type { CauseClass, Evidence } from "@hilum/contract/api";
export {
  channelOf,
  contactPoints,
  email,
  fax,
  isTestMessage,
  messageText,
  sms,
  type MessageAttachment,
  type MessageContactPoint,
  type MessageText,
} from "@hilum/contract/fhir";
export {
  binary,
  documentOf,
  documentReference,
  identifierOf,
  nameOf,
  observation,
  patient,
  readingOf,
  type BinaryInput,
  type DocumentInfo,
  type DocumentInput,
  type ObservationInput,
  type PatientInput,
  type Reading,
  type RecordCode,
  type RecordIdentifier,
} from "@hilum/contract/fhir";
export {
  definePlugin,
  type AttachmentInfo,
  type CallContext,
  type OutgoingMessage,
  type Plugin,
  type PluginDefinition,
  type Sent,
  type SettingValues,
  type SetupContext,
  type SmokeTestContext,
} from "./definition.ts";
export type { HookAnswer, HookRequest } from "./hook-request.ts";
export {
  EgressError,
  isCertificateError,
  type Connect,
  type ConnectOptions,
  type EgressFailure,
} from "./lanes/egress.ts";
export type { Fetch, FetchAnswer, FetchOptions } from "./lanes/fetch.ts";
export type { CreateDetails, FoundRecords, KeptRecord, RecordStore, UpdateDetails } from "./records/record-store.ts";
export type { GivenContent, HeldContent, RecordOf, RecordResource } from "./records/record-types.ts";
export type { RecordPage, Records, SearchParams } from "./records/records.ts";
export type { Attachments, Deliveries, PluginLog, PluginState, StateEntry } from "./lanes/lanes.ts";
export { isProviderError, ProviderError, type ProviderErrorOptions } from "./provider-error.ts";
export { serve } from "./serve.ts";
export { checkClaim, checkStep } from "./evidence.ts";
export { register, RegistrationError, type RegisterOptions, type Registration } from "./registration/register.ts";
export { EnrolmentError } from "./remote/link-file.ts";
export { LinkRevokedError } from "./remote/remote-token.ts";
export { serveRemote, type RemoteState, type ServeRemoteOptions } from "./remote/serve-remote.ts";
