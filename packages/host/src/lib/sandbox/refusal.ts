import { existsSync, readFileSync } from "node:fs";

/** Why plugins cannot be isolated here, in the operator's words. */
export interface Refusal {
  reason: string;
  fix: string;
}

/** Carries a refusal out of the preparation. */
export class SandboxRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.reason, options);
    this.refusal = refusal;
  }
}

export const refusals = {
  platform: (platform: string): Refusal => ({
    reason: `Plugins can be isolated on Linux only; this is ${platform}`,
    fix: "Run Hilum on Linux (a virtual machine will do), or use remote plugins and the practice mailbox.",
  }),
  architecture: (architecture: string): Refusal => ({
    reason: `There is no system call filter for ${architecture}`,
    fix: "Run Hilum on x86-64 or 64-bit ARM.",
  }),
  bubblewrapMissing: (): Refusal => ({
    reason: "bubblewrap is not installed",
    fix: "Debian, Ubuntu: apt install bubblewrap. Fedora, RHEL: dnf install bubblewrap. Then press Check again.",
  }),
  bubblewrapOld: (version: string): Refusal => ({
    reason: `bubblewrap ${version} is too old; 0.7 or newer is needed`,
    fix: "Update the package bubblewrap, then press Check again.",
  }),
  programMissing: (name: string): Refusal => ({
    reason: `The program ${name} is not installed`,
    fix: "Install the package util-linux (setpriv, prlimit) or coreutils (env), then press Check again.",
  }),
  controlMissing: (names: readonly string[]): Refusal => ({
    reason: `The self-test got through: ${names.join(", ")}`,
    fix: "Look at the controls below; each one that is missing names what was seen.",
  }),
} as const;

/** Turns what bubblewrap wrote before it gave up into the cause and the mend. */
export function explainFailure(stderr: string, read: (path: string) => string | undefined = readSetting): Refusal {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  if (!/namespace|uid map|RTM_NEWADDR|Operation not permitted|Permission denied|No space left/i.test(stderr)) {
    return {
      reason: `The sandbox did not start: ${said === "" ? "no message" : said}`,
      fix: "Correct what the message names, then press Check again.",
    };
  }
  if (read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return {
      reason: "AppArmor forbids user namespaces to ordinary programs on this machine (Ubuntu 23.10 and later)",
      fix: "Give bubblewrap an AppArmor profile that allows `userns`, or run: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (and put it into /etc/sysctl.d to keep it). Then press Check again.",
    };
  }
  if (read("/proc/sys/kernel/unprivileged_userns_clone") === "0") {
    return {
      reason: "User namespaces are switched off for ordinary users",
      fix: "Run: sysctl -w kernel.unprivileged_userns_clone=1 (and put it into /etc/sysctl.d to keep it). Then press Check again.",
    };
  }
  if (read("/proc/sys/user/max_user_namespaces") === "0") {
    return {
      reason: "The kernel's limit of user namespaces is zero",
      fix: "Run: sysctl -w user.max_user_namespaces=15000 (and put it into /etc/sysctl.d to keep it). Then press Check again.",
    };
  }
  return {
    reason: `The kernel refused the namespaces (${said})`,
    fix: "In a container: allow user namespaces, for example with Docker's --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or run Hilum outside the container. Then press Check again.",
  };
}

function readSetting(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}
