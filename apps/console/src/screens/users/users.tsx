import type { User } from "@hilum/contract/api";
import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { AnswerById } from "../../api/call.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { useAccount } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { MenuAct } from "../../shell/menu-act.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { day, many, moment } from "../../text/format.ts";
import { EditUserDialog, InvitationDialog, InviteDialog } from "./user-dialogs.tsx";
import { UserTabs } from "./user-tabs.tsx";

type Invitation = AnswerById<"inviteUser">;
type Asking = { kind: "edit" | "disable" | "reset" | "sessions"; user: User };

export function UsersScreen() {
  return (
    <Guarded operation="listUsers" title="Users">
      <Users />
    </Guarded>
  );
}

function Users() {
  const users = useRead("listUsers", {});
  const invite = useAct("inviteUser");
  const [inviting, setInviting] = useState(false);
  const [invitation, setInvitation] = useState<Invitation>();
  const [asking, setAsking] = useState<Asking>();
  return (
    <Page
      title="Users"
      lead={
        users.data === undefined
          ? undefined
          : `${many(users.data.items.length, "person", "people")}. Everybody has an account of their own: the audit log names persons, not shared logins.`
      }
      tabs={<UserTabs at="People" />}
      actions={
        <ActButton
          variant="filled"
          may={invite.may}
          leftSection={<IconUserPlus size={17} aria-hidden />}
          onClick={() => setInviting(true)}
        >
          Invite
        </ActButton>
      }
      reads={[users]}
      calls={[
        ["listUsers"],
        ["inviteUser", { body: { username: "mei", displayName: "Mei Lindqvist", role: "auditor" } }],
      ]}
      commands={[{ id: "invite", label: "Invite a user", run: () => setInviting(true) }]}
    >
      <Loaded query={users} what="the users">
        {({ items }) => <UserTable users={items} onAsk={setAsking} />}
      </Loaded>
      {inviting && <InviteDialog onClose={() => setInviting(false)} onInvited={setInvitation} />}
      {invitation !== undefined && (
        <InvitationDialog invitation={invitation} onClose={() => setInvitation(undefined)} />
      )}
      {asking !== undefined && (
        <UserDialog asking={asking} onClose={() => setAsking(undefined)} onInvitation={setInvitation} />
      )}
    </Page>
  );
}

const stateWords = { active: "Active", invited: "Invited", disabled: "Disabled" } as const;

function UserTable({ users, onAsk }: { users: readonly User[]; onAsk(asking: Asking): void }) {
  const account = useAccount();
  return (
    <Panel flush label="People">
      <TableRegion label="People" minWidth={820}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">State</th>
            <th scope="col">One-time codes</th>
            <th scope="col">Last sign-in</th>
            <th scope="col" className="r">
              Signed in
            </th>
            <th scope="col">
              <span className="vh">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id}>
              <th scope="row">
                <b className="strong">{user.displayName}</b>
                {user.id === account.id && (
                  <span className="tag" style={{ marginLeft: 6 }}>
                    you
                  </span>
                )}
                <span className="sub">{user.username}</span>
              </th>
              <td>{user.role}</td>
              <td>
                <Status word={stateWords[user.state]} quiet={user.state !== "invited"} />
              </td>
              <td>{user.secondFactor ? <Status word="On" quiet /> : <Status word="Off" quiet />}</td>
              <td className="num">
                {user.lastSignInAt === undefined ? (
                  <span className="dim">never, made {day(user.createdAt)}</span>
                ) : (
                  moment(user.lastSignInAt)
                )}
              </td>
              <td className="r num">{user.sessions}</td>
              <td className="r">
                <UserActions user={user} onAsk={onAsk} />
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}

function UserActions({ user, onAsk }: { user: User; onAsk(asking: Asking): void }) {
  return (
    <Menu position="bottom-end" width={270}>
      <Menu.Target>
        <Button
          size="compact-sm"
          rightSection={<IconChevronDown size={15} aria-hidden />}
          aria-label={`Actions for ${user.displayName}`}
        >
          Actions
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <MenuAct onClick={() => onAsk({ kind: "edit", user })}>Change name or role</MenuAct>
        <MenuAct onClick={() => onAsk({ kind: "reset", user })}>New one-time link, end one-time codes</MenuAct>
        <MenuAct
          blocked={user.sessions === 0 ? "Not signed in anywhere." : undefined}
          onClick={() => onAsk({ kind: "sessions", user })}
        >
          Sign out everywhere
        </MenuAct>
        <MenuAct onClick={() => onAsk({ kind: "disable", user })}>
          {user.state === "disabled" ? "Let sign in again" : "Disable"}
        </MenuAct>
      </Menu.Dropdown>
    </Menu>
  );
}

function UserDialog({
  asking: { kind, user },
  onClose,
  onInvitation,
}: {
  asking: Asking;
  onClose(): void;
  onInvitation(invitation: Invitation): void;
}) {
  const name = user.displayName;
  const enabling = user.state === "disabled";
  const change = useAct("changeUser", enabling ? `${name} may sign in again` : `${name} is disabled`);
  const reset = useAct("resetUser");
  const end = useAct("endUserSessions", `${name} is signed out everywhere`);
  const params = { user: user.id };
  const closeWhenDone = (answer: unknown): void => {
    if (answer !== undefined) onClose();
  };
  if (kind === "edit") return <EditUserDialog user={user} onClose={onClose} />;
  if (kind === "disable") {
    return (
      <ConfirmDialog
        title={enabling ? `Let ${name} sign in again?` : `Disable ${name}?`}
        confirm={enabling ? "Let sign in" : "Disable"}
        danger={!enabling}
        running={change.running}
        problem={change.problem}
        onClose={onClose}
        onConfirm={() => void change.run({ params, body: { disabled: !enabling } }).then(closeWhenDone)}
      >
        {enabling
          ? "The password and the role are as they were."
          : `All sessions of ${name} end at once, and no sign-in works. What ${name} did stays in the audit log. You can undo this.`}
      </ConfirmDialog>
    );
  }
  if (kind === "reset") {
    const run = async (): Promise<void> => {
      const invitation = await reset.run({ params });
      if (invitation === undefined) return;
      onClose();
      onInvitation(invitation);
    };
    return (
      <ConfirmDialog
        title={`New one-time link for ${name}?`}
        confirm="Make the link"
        running={reset.running}
        problem={reset.problem}
        onClose={onClose}
        onConfirm={() => void run()}
      >
        For a lost password or phone. All sessions end, one-time codes are turned off, and the old password stops
        working. You get a link to hand over.
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Sign ${name} out everywhere?`}
      confirm="Sign out"
      running={end.running}
      problem={end.problem}
      onClose={onClose}
      onConfirm={() => void end.attempt({ params }).then((done) => done && onClose())}
    >
      {`${many(user.sessions, "session")} ${user.sessions === 1 ? "ends" : "end"} at once. ${name} may sign in again.`}
    </ConfirmDialog>
  );
}
