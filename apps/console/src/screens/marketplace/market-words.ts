import type { InstallJob, InstallStep, Listing, MarketplaceSource, Submission } from "@hilum/contract/api";
import type { Word } from "../../look/status.tsx";

export const qualitySteps = ["bronze", "silver", "gold", "platinum"] as const;
export type QualityStep = (typeof qualitySteps)[number];

export const qualityTitles: Readonly<Record<Listing["quality"], string>> = {
  none: "No level yet",
  bronze: "Bronze",
  silver: "Silver",
  gold: "Gold",
  platinum: "Platinum",
};
/** What a level promises, in a few words. */
export const qualityPromises: Readonly<Record<QualityStep, string>> = {
  bronze: "signed, licensed, described",
  silver: "keeps its contract, and shows it",
  gold: "tested, accessible, asks for no more than it uses",
  platinum: "no known weakness, proven over time",
};

export const phiTitles: Readonly<Record<Listing["phi"], string>> = {
  none: "No patient data",
  transit: "Patient data passes through",
  store: "Keeps patient data",
};

export const sourceKindTitles: Readonly<Record<MarketplaceSource["kind"], string>> = {
  official: "Official",
  organisation: "Of an organisation",
  air_gapped: "Carried here by mirrors",
};
export const sourceWord: Readonly<Record<MarketplaceSource["state"], Word>> = {
  fresh: "Active",
  stale: "Stale",
  failing: "Failing",
  not_read: "Not read",
};

type PackageStatus = "verified" | "signed" | "modified" | "unsigned" | "revoked";
export const packageWord: Readonly<Record<PackageStatus, Word>> = {
  verified: "Verified",
  signed: "Signed",
  modified: "Modified",
  unsigned: "Unsigned",
  revoked: "Taken back",
};
/** What the bytes on the disk say of themselves. */
export const packageSaid: Readonly<Record<PackageStatus, string>> = {
  verified: "Every byte is as its publisher signed it, and an official source vouches for the publisher.",
  signed: "Every byte is as its publisher signed it.",
  modified: "Something on the disk is not what was installed. It is not started. Install it again.",
  unsigned: "Taken from a file: nobody signed it, and an administrator answers for it.",
  revoked: "Its publisher took this version back.",
};

export const jobWord: Readonly<Record<InstallJob["state"], Word>> = {
  running: "Running",
  awaiting_approval: "Waiting for you",
  watching: "Watching",
  succeeded: "Passed",
  failed: "Failed",
  rolled_back: "Rolled back",
  cancelled: "Cancelled",
};
export const stepWord: Readonly<Record<InstallStep["state"], Word>> = {
  waiting: "Open",
  running: "Running",
  passed: "Passed",
  warning: "Warning",
  failed: "Failed",
  skipped: "Not run",
};
export const installKindTitles: Readonly<Record<InstallJob["kind"], string>> = {
  install: "Install",
  update: "Update",
  downgrade: "Go to an older version",
  reinstall: "Install again",
  roll_back: "Roll back",
};

export const submissionWord: Readonly<Record<Submission["state"], Word>> = {
  waiting: "To be decided",
  approved: "Approved",
  rejected: "Refused",
  withdrawn: "Cancelled",
  published: "Passed",
};
export const submissionStateTitles: Readonly<Record<Submission["state"], string>> = {
  waiting: "To be decided",
  approved: "Approved, to be signed by the keeper",
  rejected: "Rejected",
  withdrawn: "Withdrawn",
  published: "Published",
};
export const submissionKindTitles: Readonly<Record<Submission["kind"], string>> = {
  version: "New version",
  yank: "Take out of the offer",
  deprecate: "Advise against",
  revoke: "Take back",
};

/** "1.4.0 → 1.5.0", or the new version alone. */
export const fromTo = ({ from, to }: { from?: string; to: string }): string =>
  from === undefined ? to : `${from} → ${to}`;
