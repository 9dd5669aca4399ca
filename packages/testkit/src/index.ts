export {
  createCertificateAuthority,
  type CertificateAuthority,
  type CertificateRequest,
  type IssuedCertificate,
} from "./certificates/certificate-authority.ts";
export {
  countedDomain,
  countingSenderCode,
  countingSenderManifest,
  startCountingProvider,
  type CountingProvider,
} from "./counting/counting-provider.ts";
export { createTempDir, type TempDir } from "./files/temp-dir.ts";
export { twoPagePdf } from "./files/two-page-pdf.ts";
export { fhirClient, startFhirPeer, type FhirPeer } from "./fhir/fhir-peer.ts";
export { startFhirServer, type FhirRequestSeen, type FhirServer, type FhirServerOptions } from "./fhir/fhir-server.ts";
export { buildHapi, hapiServerCommand, judgeByHapi, type Hapi, type HapiError } from "./hapi/hapi.ts";
export { askOverTls, Unanswered, type TlsQuestion, type TlsReply } from "./http/ask-over-tls.ts";
export { searchMemory, type MemoryHit, type MemorySearch } from "./memory/search-memory.ts";
export {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type OAuthClient,
  type TokenReader,
} from "./oauth/authorization-server.ts";
export {
  createSenderFolder,
  sender,
  senderManifest,
  startSenderProvider,
  type SenderProvider,
} from "./oauth/sender-provider.ts";
export { startOrthancServer, type OrthancServer } from "./orthanc/orthanc-server.ts";
export { startOpenBao, type OpenBao } from "./openbao/openbao.ts";
export { startPostgres, type Postgres, type PostgresDatabase } from "./postgres/postgres.ts";
export { setup as beginRun } from "./run/global-setup.ts";
export { findBubblewrap, findChromium, findProgram, findPython } from "./run/programs.ts";
export { compiledCode } from "./run/compiled-code.ts";
export { noteSkip, requires, type Requirement, type RequirementName, type SkipNote } from "./run/requirement.ts";
export { startS3Server, type S3Server, type S3ServerOptions } from "./s3/s3-server.ts";
export {
  startSmtpServer,
  type ReceivedMail,
  type RecipientBehaviour,
  type SmtpServer,
  type SmtpServerOptions,
} from "./smtp/smtp-server.ts";
export { createFakeClock, type FakeClock } from "./time/fake-clock.ts";
export { fixtureEntry, fixturePlugins, type FixturePlugin } from "./fixtures/plugins.ts";
export { hostilePages, hostilePlugins } from "./fixtures/hostile/index.ts";
export { askTwilio, TwilioUnanswered, type TwilioQuestion, type TwilioReply } from "./twilio/ask-twilio.ts";
export { defaultAccount, twilioSid, type TwilioAccount, type TwilioMessage } from "./twilio/twilio-account.ts";
export { loadTwilioApi, type TwilioApi, type TwilioOperation } from "./twilio/twilio-api.ts";
export type { TwilioBehaviour } from "./twilio/twilio-behaviour.ts";
export { signTwilio } from "./twilio/twilio-callback.ts";
export { twilioErrors, type TwilioErrorName } from "./twilio/twilio-errors.ts";
export {
  startTwilioServer,
  type TwilioReceipt,
  type TwilioRequest,
  type TwilioServer,
  type TwilioServerOptions,
} from "./twilio/twilio-server.ts";
export { startWebhookEndpoint, type WebhookEndpoint, type WebhookEvent } from "./webhooks/webhook-endpoint.ts";
