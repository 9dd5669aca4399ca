import type { Role, User } from "@hilum/contract/api";
import { Button, TextInput } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { hrefOf } from "../../shell/go.tsx";
import { moment } from "../../text/format.ts";
import { RoleChoice } from "./role-choice.tsx";
import { Dialog } from "../../shell/dialog.tsx";

type Invitation = AnswerById<"inviteUser">;

export function InviteDialog({ onInvited, onClose }: { onInvited(invitation: Invitation): void; onClose(): void }) {
  const invite = useAct("inviteUser");
  const [displayName, setDisplayName] = useState("");
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const invitation = await invite.run({ body: { username: username.trim(), displayName: displayName.trim(), role } });
    if (invitation === undefined) return;
    onClose();
    onInvited(invitation);
  };
  return (
    <Dialog onClose={onClose} title="Invite a person">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {invite.problem !== null && <ApiProblemPanel problem={invite.problem} />}
        <TextInput
          label="Name"
          required
          maxLength={80}
          data-autofocus
          value={displayName}
          error={problemAt(invite.problem, "/displayName")}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <TextInput
          label="User name"
          description="Small letters, digits, dot, hyphen, underscore"
          required
          maxLength={64}
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          error={problemAt(invite.problem, "/username")}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={invite.may} running={invite.running}>
            Invite
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}

/** The one-time link, shown once. */
export function InvitationDialog({ invitation, onClose }: { invitation: Invitation; onClose(): void }) {
  const link = `${location.origin}${hrefOf(invitation.path)}`;
  return (
    <Dialog onClose={onClose} title={`One-time link for ${invitation.user.displayName}`}>
      <div className="stack md">
        <p>
          Give this link to {invitation.user.displayName} in person or by a channel you trust. It works once, until{" "}
          {moment(invitation.expiresAt)}, and is shown only now.
        </p>
        <pre className="reply">{link}</pre>
        <div className="row end">
          <Button
            leftSection={<IconCopy size={16} aria-hidden />}
            data-autofocus
            onClick={() => void copyText(link, "Link copied")}
          >
            Copy the link
          </Button>
          <Button variant="filled" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

export function EditUserDialog({ user, onClose }: { user: User; onClose(): void }) {
  const change = useAct("changeUser", (answer) => `${answer.displayName} is ${answer.role}`);
  const [displayName, setDisplayName] = useState(user.displayName);
  const [role, setRole] = useState<Role>(user.role);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (
      (await change.run({ params: { user: user.id }, body: { displayName: displayName.trim(), role } })) !== undefined
    )
      onClose();
  };
  return (
    <Dialog onClose={onClose} title={`Change ${user.displayName}`}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {change.problem !== null && <ApiProblemPanel problem={change.problem} />}
        <TextInput
          label="Name"
          required
          maxLength={80}
          data-autofocus
          value={displayName}
          error={problemAt(change.problem, "/displayName")}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={change.may} running={change.running}>
            Save
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
