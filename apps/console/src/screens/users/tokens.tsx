import type { Role } from "@hilum/contract/api";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconCopy, IconPlus } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { copyText } from "../../shell/copy.ts";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { actorName, day, moment } from "../../text/format.ts";
import { RoleChoice } from "./role-choice.tsx";
import { PurposeChoice, readScopeLines, ScopeLines, TokenRecords } from "./token-scopes.tsx";
import { UserTabs } from "./user-tabs.tsx";
import { Dialog } from "../../shell/dialog.tsx";

type Token = AnswerById<"listApiTokens">["items"][number];
type Purpose = Token["purpose"];
const soonMs = 14 * 86_400_000;

export function TokensScreen() {
  return (
    <Guarded operation="listApiTokens" title="Tokens of programs">
      <Tokens />
    </Guarded>
  );
}

function Tokens() {
  const tokens = useRead("listApiTokens", {});
  const create = useAct("createApiToken");
  const revoke = useAct("revokeApiToken", "Revoked at once");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [asking, setAsking] = useState<Token>();
  const button = (
    <ActButton
      variant="filled"
      may={create.may}
      leftSection={<IconPlus size={17} aria-hidden />}
      onClick={() => setMaking(true)}
    >
      Make a token
    </ActButton>
  );
  return (
    <Page
      title="Tokens of programs"
      lead="A program signs in with a token. It may do what the token’s role may, reaches the records that its scopes name, and its acts stand in the audit log under its name."
      crumbs={[{ text: "Users", to: "/users" }]}
      tabs={<UserTabs at="Tokens of programs" />}
      actions={button}
      reads={[tokens]}
      calls={[["listApiTokens"], ["createApiToken", { body: { name: "Reminders", role: "operator", days: 90 } }]]}
    >
      <Loaded query={tokens} what="the tokens">
        {({ items }) => (
          <Panel flush label="Tokens">
            {items.length === 0 ? (
              <Empty title="No tokens yet">
                A program that sends messages or registers plugins from elsewhere needs one.
              </Empty>
            ) : (
              <TableRegion label="Tokens" minWidth={900}>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Role</th>
                    <th scope="col">Records</th>
                    <th scope="col">Made</th>
                    <th scope="col">Last used</th>
                    <th scope="col">Ends</th>
                    <th scope="col">
                      <span className="vh">Action</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((token) => (
                    <TokenRow key={token.id} token={token} onRevoke={() => setAsking(token)} />
                  ))}
                </tbody>
              </TableRegion>
            )}
          </Panel>
        )}
      </Loaded>
      {making && <MakeDialog onClose={() => setMaking(false)} onMade={setMade} />}
      {made !== undefined && <TokenDialog value={made} onClose={() => setMade(undefined)} />}
      {asking !== undefined && (
        <ConfirmDialog
          title={`Revoke ${asking.name}?`}
          confirm="Revoke"
          danger
          running={revoke.running}
          problem={revoke.problem}
          onClose={() => setAsking(undefined)}
          onConfirm={() =>
            void revoke.attempt({ params: { token: asking.id } }).then((done) => done && setAsking(undefined))
          }
        >
          The program that uses it is refused from now on. It cannot be undone; make a new token instead.
        </ConfirmDialog>
      )}
    </Page>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke(): void }) {
  const [now] = useState(() => Date.now());
  const left = new Date(token.expiresAt).getTime() - now;
  return (
    <tr>
      <th scope="row">
        <b className="strong">{token.name}</b>
        <code className="sub">{token.prefix}…</code>
      </th>
      <td>{token.role}</td>
      <td>
        <TokenRecords scopes={token.scopes} purpose={token.purpose} />
      </td>
      <td>
        {day(token.createdAt)}
        <span className="sub">{actorName(token.createdBy)}</span>
      </td>
      <td className="num">
        {token.lastUsedAt === undefined ? <span className="dim">never</span> : moment(token.lastUsedAt)}
      </td>
      <td>
        {left <= 0 ? (
          <Status word="Expired" quiet />
        ) : left < soonMs ? (
          <Status word="Ends soon">{day(token.expiresAt)}</Status>
        ) : (
          <span className="num">{day(token.expiresAt)}</span>
        )}
      </td>
      <td className="r">
        <ActButton compact size="compact-sm" color="bad" label={`Revoke ${token.name}`} onClick={onRevoke}>
          Revoke
        </ActButton>
      </td>
    </tr>
  );
}

const lifetimes = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["180", "180 days"],
  ["366", "One year"],
] as const;

function MakeDialog({ onMade, onClose }: { onMade(value: string): void; onClose(): void }) {
  const create = useAct("createApiToken");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [days, setDays] = useState("90");
  const [lines, setLines] = useState("");
  const [purpose, setPurpose] = useState<Purpose>("TREAT");
  const scopes = readScopeLines(lines);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const records = scopes.length === 0 ? {} : { scopes, purpose };
    const answer = await create.run({ body: { name: name.trim(), role, days: Number(days), ...records } });
    if (answer === undefined) return;
    onClose();
    onMade(answer.value);
  };
  return (
    <Dialog onClose={onClose} title="Make a token">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {create.problem !== null && <ApiProblemPanel problem={create.problem} />}
        <TextInput
          label="Name"
          description="What the program is, for the audit log"
          required
          maxLength={80}
          data-autofocus
          value={name}
          error={problemAt(create.problem, "/name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <ScopeLines value={lines} problem={create.problem} onChange={setLines} />
        {scopes.length > 0 && <PurposeChoice value={purpose} onChange={setPurpose} />}
        <NativeSelect
          label="Ends after"
          data={lifetimes.map(([value, label]) => ({ value, label }))}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={create.may} running={create.running}>
            Make the token
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}

function TokenDialog({ value, onClose }: { value: string; onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="The new token">
      <div className="stack md">
        <p>Put it where the program keeps its secrets. It is shown only now.</p>
        <pre className="reply">{value}</pre>
        <div className="row end">
          <Button
            leftSection={<IconCopy size={16} aria-hidden />}
            data-autofocus
            onClick={() => void copyText(value, "Token copied")}
          >
            Copy
          </Button>
          <Button variant="filled" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
