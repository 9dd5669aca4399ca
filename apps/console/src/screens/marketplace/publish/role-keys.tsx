import type { Repository } from "@hilum/marketplace/sign";
import { Status } from "../../../look/status.tsx";
import { UnlockKey } from "../keys/unlock-key.tsx";
import { useKeyRing } from "../keys/key-ring.ts";
import { roleTitles, signersFor, type RoleName } from "./signers.ts";

/** Which keys an act takes, which of them are unlocked, and a way to unlock the others on the spot. */
export function RoleKeys({ repository, roles }: { repository: Repository; roles: readonly RoleName[] }) {
  const held = useKeyRing();
  const { keys, missing } = signersFor(repository, held, roles);
  const titleOf = (id: string): string => held.find(({ key }) => key.id === id)?.file.title ?? id.slice(0, 8);
  return (
    <section className="stack sm" aria-label="Keys that it takes">
      <h3>Keys that it takes</h3>
      <ul className="stack sm">
        {roles.map((role) => (
          <li key={role} className="row">
            <Status word={missing.includes(role) ? "Missing" : "Active"} quiet={!missing.includes(role)}>
              {roleTitles[role]}
            </Status>
            <span className="small dim">
              {missing.includes(role)
                ? `${keys[role].length} of ${repository.root.signed.roles[role].threshold} unlocked`
                : keys[role].map(({ id }) => titleOf(id)).join(", ")}
            </span>
          </li>
        ))}
      </ul>
      {missing.length > 0 && <UnlockKey />}
    </section>
  );
}
