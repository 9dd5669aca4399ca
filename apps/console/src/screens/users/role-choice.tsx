import type { Role } from "@hilum/contract/api";
import { Choice } from "../../look/choice.tsx";

export const roleWords: Record<Role, string> = {
  administrator: "Everything, also who may do what",
  operator: "Sets plugins up, sends messages, no users and no audit",
  auditor: "Reads and verifies the audit log, changes nothing",
  viewer: "Looks, changes nothing, sees no message content",
};

/** The four roles with what each may do. */
export function RoleChoice({ value, onChange }: { value: Role; onChange(role: Role): void }) {
  return (
    <fieldset className="stack sm">
      <legend style={{ marginBottom: 6 }}>Role</legend>
      {(Object.keys(roleWords) as Role[]).map((role) => (
        <Choice
          key={role}
          name="role"
          title={role.charAt(0).toUpperCase() + role.slice(1)}
          text={roleWords[role]}
          checked={value === role}
          onChoose={() => onChange(role)}
        />
      ))}
    </fieldset>
  );
}
