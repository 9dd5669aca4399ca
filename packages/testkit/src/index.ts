export {
  createCertificateAuthority,
  type CertificateAuthority,
  type CertificateRequest,
  type IssuedCertificate,
} from "./certificates/certificate-authority.ts";
export { createTempDir, type TempDir } from "./files/temp-dir.ts";
export { startPostgres, type Postgres, type PostgresDatabase } from "./postgres/postgres.ts";
export { findBubblewrap, findChromium, findProgram, findPython } from "./run/programs.ts";
export { noteSkip, requires, type Requirement, type RequirementName, type SkipNote } from "./run/requirement.ts";
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
