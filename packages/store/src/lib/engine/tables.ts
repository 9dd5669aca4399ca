import type { CauseClass, Channel, InstanceState, LogLine, MessageState, SmokeRun } from "@hilum/contract/api";
import type { ColumnType, Generated } from "kysely";
import type { TimelineKind } from "../ports/messages.ts";
import type { CodeState, HealthStateName } from "../ports/plugins.ts";
import type { AgreementsTable, EgressReceiptsTable, VendorHostsTable, VendorsTable } from "./egress-tables.ts";
import type { DataKeysTable, KeyRotationsTable } from "./key-tables.ts";
import type {
  ApprovalsTable,
  AttachmentSourcesTable,
  DisclosuresTable,
  GlassesTable,
  GlassNotesTable,
  GlassUsesTable,
  RetentionRulesTable,
} from "./governance-tables.ts";
import type { HookDeliveriesTable } from "./hook-tables.ts";
import type {
  ApiTokensTable,
  InvitationsTable,
  RecoveryCodesTable,
  RemoteLinksTable,
  RemoteNoncesTable,
  RemoteTokensTable,
  SessionsTable,
  SignInChallengesTable,
  SignInThrottlesTable,
  UsersTable,
} from "./identity-tables.ts";
import type { ListingsTable, MarketplaceEntriesTable, PackagesTable } from "./marketplace-tables.ts";
import type {
  PrimaryWriteRecordsTable,
  PrimaryWritesTable,
  RecordStoreFaultsTable,
  RecordStoresTable,
} from "./replication-tables.ts";
import type {
  RecordBlobsTable,
  RecordHoldsTable,
  RecordKeyPatientsTable,
  RecordKeysTable,
  RecordsTable,
  RecordShelvesTable,
  RecordTermsTable,
  RecordVersionsTable,
} from "./record-tables.ts";
import type { OauthStatesTable, RepairSnoozesTable, SignInFaultsTable } from "./setup-tables.ts";
import type { BlindRequest, SealRequest } from "./statement.ts";

/** Written as a request that the commit thread seals; read as the envelope. */
export type Sealed = ColumnType<Uint8Array, SealRequest, SealRequest>;
export type SealedOrNull = ColumnType<Uint8Array | null, SealRequest | null, SealRequest | null>;
/** Written as a request that the commit thread hashes with the index key. */
export type Blind = ColumnType<Uint8Array, BlindRequest, BlindRequest>;
export type BlindOrNull = ColumnType<Uint8Array | null, BlindRequest | null, BlindRequest | null>;

/** The columns of migration 001 and later, in the names that the code uses; the compiler writes them in snake_case. */
export interface Tables {
  deployment: DeploymentTable;
  dataKeys: DataKeysTable;
  keyRotations: KeyRotationsTable;
  facts: FactsTable;
  counters: CountersTable;
  platformRevisions: PlatformRevisionsTable;
  leases: LeasesTable;
  plugins: PluginsTable;
  instances: InstancesTable;
  registrations: RegistrationsTable;
  grants: GrantsTable;
  grantUsage: GrantUsageTable;
  settingsRevisions: SettingsRevisionsTable;
  secrets: SecretsTable;
  setupSessions: SetupSessionsTable;
  privateState: PrivateStateTable;
  smokeRuns: SmokeRunsTable;
  healthSnapshots: HealthSnapshotsTable;
  healthDays: HealthDaysTable;
  callMinutes: CallMinutesTable;
  pluginLogs: PluginLogsTable;
  hookDeliveries: HookDeliveriesTable;
  messages: MessagesTable;
  messageWork: MessageWorkTable;
  messageTimeline: MessageTimelineTable;
  messageKeys: MessageKeysTable;
  messageHours: MessageHoursTable;
  blobs: BlobsTable;
  messageBlobs: MessageBlobsTable;
  routeTargets: RouteTargetsTable;
  practiceMessages: PracticeMessagesTable;
  users: UsersTable;
  recoveryCodes: RecoveryCodesTable;
  sessions: SessionsTable;
  signInChallenges: SignInChallengesTable;
  signInThrottles: SignInThrottlesTable;
  invitations: InvitationsTable;
  apiTokens: ApiTokensTable;
  remoteLinks: RemoteLinksTable;
  remoteTokens: RemoteTokensTable;
  remoteNonces: RemoteNoncesTable;
  auditIndex: AuditIndexTable;
  verifications: VerificationsTable;
  egressReceipts: EgressReceiptsTable;
  vendors: VendorsTable;
  vendorHosts: VendorHostsTable;
  agreements: AgreementsTable;
  oauthStates: OauthStatesTable;
  signInFaults: SignInFaultsTable;
  repairSnoozes: RepairSnoozesTable;
  listings: ListingsTable;
  packages: PackagesTable;
  marketplaceEntries: MarketplaceEntriesTable;
  recordStores: RecordStoresTable;
  recordStoreFaults: RecordStoreFaultsTable;
  primaryWrites: PrimaryWritesTable;
  primaryWriteRecords: PrimaryWriteRecordsTable;
  glasses: GlassesTable;
  glassUses: GlassUsesTable;
  glassNotes: GlassNotesTable;
  disclosures: DisclosuresTable;
  approvals: ApprovalsTable;
  retentionRules: RetentionRulesTable;
  attachmentSources: AttachmentSourcesTable;
  recordKeys: RecordKeysTable;
  recordKeyPatients: RecordKeyPatientsTable;
  records: RecordsTable;
  recordTerms: RecordTermsTable;
  recordShelves: RecordShelvesTable;
  recordVersions: RecordVersionsTable;
  recordBlobs: RecordBlobsTable;
  recordHolds: RecordHoldsTable;
}

interface DeploymentTable {
  id: string;
  createdAt: string;
}

interface FactsTable {
  name: string;
  rowVersion: number;
  sealedValue: Sealed;
}

interface CountersTable {
  name: string;
  value: number;
}

interface PlatformRevisionsTable {
  revision: number;
  sealedSettings: Sealed;
  at: string;
  by: string;
}

interface LeasesTable {
  name: string;
  holder: string;
  until: string;
  fence: number;
}

interface PluginsTable {
  id: string;
  name: string;
  version: string | null;
  manifest: string;
  digest: string;
  code: CodeState;
  codePath: string | null;
  registeredAt: string;
  registeredBy: string;
  rowVersion: number;
  package: string | null;
}

interface InstancesTable {
  plugin: string;
  instance: string;
  title: string;
  state: InstanceState;
  health: HealthStateName;
  testMode: number;
  problem: string | null;
  enabledAt: string | null;
  accessReviewedAt: string | null;
  smokeEveryMinutes: number;
  nextSmokeAt: string | null;
  lastSmokeRunAt: string | null;
  settingsRevision: number;
  logsDropped: number;
  createdAt: string;
  createdBy: string;
  rowVersion: number;
}

interface RegistrationsTable {
  id: string;
  kind: "plugin" | "revision";
  plugin: string;
  name: string;
  origin: string;
  at: string;
  expiresAt: string | null;
  manifest: string;
  digest: string;
  code: CodeState;
  codePath: string | null;
}

interface GrantsTable {
  plugin: string;
  instance: string;
  scope: string;
  decision: "granted" | "denied";
  narrowedTo: string | null;
  pinned: string | null;
  at: string;
  by: string;
}

interface GrantUsageTable {
  plugin: string;
  instance: string;
  scope: string;
  day: string;
  count: number;
  lastAt: string;
}

interface SettingsRevisionsTable {
  plugin: string;
  instance: string;
  revision: number;
  sealedValues: Sealed;
  sealedChanges: Sealed;
  at: string;
  by: string;
}

interface SecretsTable {
  plugin: string;
  instance: string;
  name: string;
  version: number;
  sealedValue: Sealed;
  setAt: string;
  setBy: string;
}

interface SetupSessionsTable {
  plugin: string;
  instance: string;
  sealedSession: Sealed;
  startedAt: string;
  startedBy: string;
  rowVersion: number;
}

interface PrivateStateTable {
  plugin: string;
  instance: string;
  key: string;
  version: number;
  bytes: number;
  sealedValue: Sealed;
  updatedAt: string;
}

interface SmokeRunsTable {
  id: string;
  plugin: string;
  instance: string;
  cause: SmokeRun["trigger"];
  by: string;
  startedAt: string;
  finishedAt: string | null;
  status: SmokeRun["status"];
  sealedResults: Sealed;
  rowVersion: number;
}

interface HealthSnapshotsTable {
  plugin: string;
  instance: string;
  state: HealthStateName;
  checkedAt: string;
  sealedChecks: Sealed;
}

interface HealthDaysTable {
  plugin: string;
  instance: string;
  day: string;
  severity: number;
  runs: number;
  failed: number;
}

interface CallMinutesTable {
  minute: string;
  plugin: string;
  instance: string;
  source: string;
  calls: number;
  failed: number;
  cause: CauseClass | null;
  histogram: string;
}

interface PluginLogsTable {
  id: Generated<number>;
  entry: string;
  plugin: string;
  instance: string;
  at: string;
  level: number;
  source: LogLine["source"];
  call: string | null;
  sealedText: Sealed;
}

interface MessagesTable {
  id: string;
  channel: Channel;
  testMode: number;
  createdAt: string;
  createdBy: string;
  recipientMasked: string;
  moreRecipients: number;
  replaces: string | null;
  sealedBody: Sealed;
}

interface MessageWorkTable {
  id: string;
  channel: Channel;
  state: MessageState;
  priority: number;
  attempts: number;
  dueAt: string | null;
  claimOwner: string | null;
  claimUntil: string | null;
  plugin: string | null;
  instance: string | null;
  cause: CauseClass | null;
  code: string | null;
  maybeSentTwice: number;
  updatedAt: string;
  rounds: Generated<number>;
  nextPlugin: string | null;
  nextInstance: string | null;
  nextOnly: Generated<number>;
  mayRecover: Generated<number>;
}

interface MessageTimelineTable {
  id: Generated<number>;
  entry: string;
  message: string;
  at: string;
  kind: TimelineKind;
  attempt: number | null;
  plugin: string | null;
  instance: string | null;
  actor: string | null;
  cause: CauseClass | null;
  code: string | null;
  durationMs: number | null;
  nextAttemptAt: string | null;
  sealedWords: SealedOrNull;
}

interface MessageKeysTable {
  key: Blind;
  message: string;
  body: Blind;
}

interface MessageHoursTable {
  hour: string;
  kind: string;
  shard: number;
  count: number;
}

interface BlobsTable {
  id: string;
  contentType: string;
  size: number;
  sealedSha256: Sealed;
  createdAt: string;
  createdBy: string;
  sealedKey: SealedOrNull;
  object: string | null;
  place: Generated<"folder" | "bucket">;
}

interface MessageBlobsTable {
  message: string;
  blob: string;
}

interface RouteTargetsTable {
  channel: Channel;
  place: number;
  plugin: string;
  instance: string;
  setAt: string;
  setBy: string;
}

interface PracticeMessagesTable {
  id: string;
  message: string;
  channel: Channel;
  at: string;
  sealedContent: Sealed;
}

interface AuditIndexTable {
  position: number;
  at: string;
  kind: "intent" | "outcome" | "note";
  call: string;
  request: string | null;
  actor: string;
  via: string | null;
  action: string;
  plugin: string | null;
  instance: string | null;
  resource: string | null;
  ref: string | null;
  purpose: string | null;
  decision: string | null;
  reason: string | null;
  outcome: string | null;
}

interface VerificationsTable {
  id: string;
  startedAt: string;
  document: string;
}
