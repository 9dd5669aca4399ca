import { describe, expect, it } from "vitest";
import { explainFailure } from "./refusal.ts";

const settings =
  (known: Record<string, string>) =>
  (path: string): string | undefined =>
    known[path];

describe("the reason why nothing can be isolated", () => {
  const refused = "bwrap: setting up uid map: Permission denied";

  it.each([
    [
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
      "1",
      "AppArmor",
      "apparmor_restrict_unprivileged_userns=0",
    ],
    ["/proc/sys/kernel/unprivileged_userns_clone", "0", "switched off", "unprivileged_userns_clone=1"],
    ["/proc/sys/user/max_user_namespaces", "0", "limit of user namespaces", "max_user_namespaces=15000"],
  ])("is read from %s", (path, value, reason, fix) => {
    const refusal = explainFailure(refused, settings({ [path]: value }));
    expect(refusal.reason).toContain(reason);
    expect(refusal.fix).toContain(fix);
  });

  it("is a container where no setting forbids it", () => {
    expect(explainFailure("bwrap: No permissions to create new namespace", settings({})).fix).toContain("container");
  });

  it("repeats what bubblewrap said where it is something else", () => {
    expect(explainFailure("bwrap: Unknown option --size\n", settings({})).reason).toContain("Unknown option --size");
    expect(explainFailure("", settings({})).reason).toContain("no message");
  });
});
