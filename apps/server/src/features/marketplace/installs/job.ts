import type { InstallJob, InstallStep } from "@hilum/contract/api";
import type { MarketplaceEntry, PluginRow } from "@hilum/store";

export type StepId = InstallStep["id"];
export type Right = NonNullable<InstallJob["approval"]>[number];

/** What is kept of a job: enough to go on with it after a crash at any instruction. */
export interface JobDocument extends Omit<InstallJob, "id" | "state" | "cancellable" | "plugin"> {
  publisher?: string;
  /** True for a package that an administrator uploaded. */
  upload: boolean;
  /** What ran before, whole: what is gone back to. */
  previous?: Pick<PluginRow, "name" | "version" | "manifest" | "digest" | "code" | "codePath" | "package">;
  /** Scopes that somebody approved; undefined until then. */
  approved?: string[];
  approvedBy?: string;
  switchedAt?: string;
  /** The run of updates that it is part of. */
  updates?: string;
}

/** The highest version of a plugin that ran here. */
export interface Highest {
  version: string;
}

export type JobEntry = MarketplaceEntry<JobDocument> & { state: InstallJob["state"] };

export const openStates: readonly InstallJob["state"][] = ["running", "awaiting_approval", "watching"];

const titles: Record<StepId, string> = {
  verify: "Verify who signed it and every byte",
  unpack: "Unpack it beside the others",
  approve: "Approve what it may do more",
  start: "Start it beside the version that runs",
  handshake: "Shake hands",
  conformance: "Keep the contract of its capabilities",
  smoke: "Pass its smoke tests",
  switch: "Switch to it",
  watch: "Watch it",
};

export function newSteps(kind: InstallJob["kind"]): InstallStep[] {
  const ids: StepId[] =
    kind === "roll_back"
      ? ["verify", "approve", "start", "switch"]
      : ["verify", "unpack", "approve", "start", "handshake", "conformance", "smoke", "switch", "watch"];
  return ids.map((id) => ({ id, title: titles[id], state: "waiting" }));
}

export function presentJob({ id, state, subject, document }: MarketplaceEntry<JobDocument>): InstallJob {
  const {
    previous: _previous,
    approved: _approved,
    approvedBy: _by,
    switchedAt,
    upload: _upload,
    publisher: _publisher,
    updates: _updates,
    ...shown
  } = document;
  const open = state === "running" || state === "awaiting_approval";
  return {
    ...shown,
    ...{ id, plugin: subject, state: state as InstallJob["state"] },
    cancellable: open && switchedAt === undefined,
  };
}
