import type { InstallJob } from "@hilum/contract/api";

/** True while the job has something left to do, or waits for somebody. */
export const isUnderWay = (state: InstallJob["state"] | "waiting"): boolean =>
  state === "running" || state === "awaiting_approval" || state === "watching";
