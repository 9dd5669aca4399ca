export { createHost, type Host, type HostCall, type HostOptions } from "./lib/host.ts";
export { keyText, pluginContext, type InstanceKey } from "./lib/instance-key.ts";
export {
  govern,
  type AuditPort,
  type CallContext,
  type CallRecord,
  type CallSteps,
  type Decision,
  type DenialPort,
  type Governor,
  type Measure,
} from "./lib/pipeline.ts";
export { createCallIds } from "./lib/call-ids.ts";
export type { GrantSnapshot, GrantsPort } from "./lib/plugin-decisions.ts";
export type { BlobSink } from "@hilum/contract/wire";
export type { RecordAsker, RecordsPort } from "./lib/records/records-port.ts";
export type { LanePorts } from "./lib/lanes/lanes.ts";
export type { PluginLogLine } from "./lib/logs/plugin-log.ts";
export { escapeBounded, escapeText } from "@hilum/contract/wire";
export { redact } from "./lib/logs/redact.ts";
export { PluginFailure, pluginFailureData, type Answers, type AnswerTo } from "./lib/connection/answers.ts";
export type { HostCode, HostServices } from "./lib/supervisor/host-code.ts";
export type {
  InstanceSpec,
  InstanceStatus,
  RunnerSpec,
  RunProblem,
  RunState,
  SandboxBadge,
} from "./lib/supervisor/instance-spec.ts";
export type { CallRequest, DecideCall, PluginCall } from "./lib/supervisor/plugin-call.ts";
export { supervisorContext } from "./lib/supervisor/run-notes.ts";
export type { RestartBudgetOptions } from "./lib/supervisor/restart-budget.ts";
export { isInRanges } from "./lib/egress/address.ts";
export { resolveBySystem, type ResolveHost } from "./lib/egress/resolve-host.ts";
export type { Probe, ProbeReport, ProbeTarget } from "./lib/egress/probe.ts";
export type { TlsFacts, TlsFault } from "./lib/egress/tls-check.ts";
export type { TunnelLimits } from "./lib/egress/tunnel.ts";
export type { DecideDisclosure, DisclosureRequest } from "./lib/egress/disclosure.ts";
export type { Credential, DestinationSpec } from "./lib/egress/fetch/destination-spec.ts";
export type { FetchLimits } from "./lib/egress/fetch/fetches.ts";
export type { EgressReceipt, RecordReceipt } from "./lib/egress/receipt.ts";
export type { Link, LinkEvents } from "./lib/connection/link.ts";
export { createSandbox, type SandboxOptions } from "./lib/sandbox/create-sandbox.ts";
export type {
  ControlName,
  Sandbox,
  SandboxControl,
  SandboxedProcess,
  SandboxExit,
  SandboxLevel,
  SandboxLimits,
  SandboxReport,
  StartSpec,
} from "./lib/sandbox/sandbox.ts";
export { chooseHeaders, readBody, toHandleParams } from "./lib/ingress/handle-params.ts";
export {
  canSign,
  keySetting,
  signatureHeaders,
  signRequest,
  signsAddress,
  verifySignature,
} from "./lib/ingress/signature.ts";
export type { SignatureFault, SignatureVerdict, SignedRequest } from "./lib/ingress/signed-request.ts";
export { createTokenBucket, type TokenBucket } from "@hilum/policy";
export { createRemoteLinks, type RemoteLinks, type RemoteLinksOptions } from "./lib/remote/remote-links.ts";
export type { Proof } from "./lib/remote/proof.ts";
export type { RemoteLinkRecord, RemoteStore } from "./lib/remote/remote-store.ts";
export { maskBody } from "./lib/wire/mask-body.ts";
export type { KeptFrame, KeptRequest } from "./lib/wire/kept-frame.ts";
export type { FrameListener, InspectorState, WireInspector } from "./lib/wire/wire-inspector.ts";
