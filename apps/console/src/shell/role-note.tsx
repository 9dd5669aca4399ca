import type { OperationId, Role } from "@hilum/contract/api";
import { summaries } from "virtual:hilum-summaries";
import { factsOf } from "../api/call.ts";
import { Advice } from "../look/problem.tsx";

interface RoleNoteProps {
  role: Role;
  refused: readonly OperationId[];
}

/** Says once what this role may not do on a page, and who can. */
export function RoleNote({ role, refused }: RoleNoteProps) {
  const needed = new Set(refused.flatMap((id) => factsOf(id).access as readonly string[]));
  return (
    <div style={{ marginBottom: 20 }}>
      <Advice tone="info" title={`You are ${role === "viewer" ? "a viewer" : `an ${role}`} here.`}>
        Not open to you: {refused.map(inShort).join(", ")}. Roles that can: {[...needed].join(", ")}. An administrator
        gives roles in Users.
      </Advice>
    </div>
  );
}

const inShort = (id: OperationId): string => (summaries[id] ?? id).toLowerCase().replace(/;.*/, "");
