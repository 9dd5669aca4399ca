import type { Access } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconBan, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useRead, type Act } from "../../api/use-api.ts";
import { Facts, Panel } from "../../look/panel.tsx";
import { Pips } from "../../look/pictures.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { many } from "../../text/format.ts";
import { phiWords } from "../../text/words.ts";
import { AccessTable, type Decision, type Decisions } from "./access-table.tsx";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";
import { RemotePanel } from "./remote-panel.tsx";

const route = getRouteApi("/app/plugins/$plugin/access");

export function AccessScreen() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const access = useRead("getAccess", input);
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Access"
      prefix="Access of"
      lead="What it asked for, what you allowed, what it used. Nothing else is possible for it."
      reads={[access]}
      calls={[
        ["getAccess", input],
        ["decideAccess", { ...input, body: { decisions: [{ scope: "…", decision: "granted" }] } }],
      ]}
      offers={["decideAccess"]}
    >
      {(detail) => (
        <Loaded query={access} what="the access">
          {(data) => (
            <div className="stack lg">
              <Review access={data} plugin={plugin} instance={instance} name={detail.name} />
              {(detail.code === "remote" || detail.code === "waiting") && (
                <RemotePanel plugin={plugin} instance={instance} name={detail.name} />
              )}
            </div>
          )}
        </Loaded>
      )}
    </PluginPage>
  );
}

interface ReviewProps {
  access: Access;
  plugin: string;
  instance: string;
  name: string;
}

function Review({ access, plugin, instance, name }: ReviewProps) {
  const decide = useAct("decideAccess", "Decisions saved");
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const send = async (decisions: { scope: string; decision: "granted" | "denied" }[]): Promise<boolean> =>
    (await decide.run({ ...input, body: { decisions } })) !== undefined;
  const { rows } = access;
  const overview = `/plugins/${plugin}${instancePart(instance)}`;
  return (
    <>
      <AccessFacts access={access} />
      {access.advice.map(({ scope, text }) => (
        <Advice
          key={scope}
          title="A right that is not needed?"
          actions={
            <ActButton
              compact
              may={decide.may}
              running={decide.running}
              label={`Revoke it: ${rows.find((row) => row.scope === scope)?.plain ?? scope}`}
              onClick={() => void send([{ scope, decision: "denied" }])}
            >
              Revoke it
            </ActButton>
          }
        >
          {text}
        </Advice>
      ))}
      {rows.length === 0 && (
        <Advice
          tone="ok"
          title="It asks for nothing."
          actions={
            <GoButton to={overview} variant="filled">
              Go on to Enable
            </GoButton>
          }
        >
          There is nothing to decide.
        </Advice>
      )}
      {rows.length > 0 && <RightsPanel access={access} decide={decide} overview={overview} onSave={send} />}
      <Bounds access={access} name={name} />
    </>
  );
}

interface RightsPanelProps {
  access: Access;
  decide: Act<"decideAccess">;
  overview: string;
  /** True when the decisions were saved. */
  onSave(decisions: ({ scope: string } & Decision)[]): Promise<boolean>;
}

function RightsPanel({ access, decide, overview, onSave }: RightsPanelProps) {
  const [draft, setDraft] = useState<Decisions>({});
  const open = undecided(access);
  const changes = Object.keys(draft).length;
  const grantAll = (): void =>
    setDraft(Object.fromEntries(open.map(({ scope }) => [scope, { decision: "granted" } satisfies Decision])));
  const save = async (): Promise<void> => {
    if (await onSave(Object.entries(draft).map(([scope, decision]) => ({ scope, ...decision })))) setDraft({});
  };
  return (
    <Panel
      title="Rights"
      flush
      end={
        open.length > 1 ? (
          <ActButton compact may={decide.may} size="compact-sm" onClick={grantAll}>
            Choose “grant” for all {open.length} undecided
          </ActButton>
        ) : undefined
      }
      foot={
        <>
          <ActButton
            variant="filled"
            may={decide.may}
            running={decide.running}
            blocked={changes === 0 ? "Choose grant or deny above." : undefined}
            onClick={() => void save()}
          >
            {changes === 0 ? "Save decisions" : `Save ${many(changes, "decision")}`}
          </ActButton>
          {access.reviewed && changes === 0 && (
            <GoButton to={overview} variant="subtle">
              Back to the overview
            </GoButton>
          )}
        </>
      }
    >
      {decide.problem !== null && (
        <div style={{ padding: "0 20px 14px" }}>
          <ApiProblemPanel problem={decide.problem} />
        </div>
      )}
      <AccessTable rows={access.rows} draft={draft} readOnly={!decide.may.allowed} onChange={setDraft} />
    </Panel>
  );
}

/** Rights without a decision, and those whose setting changed since. */
const undecided = ({ rows }: Access): Access["rows"] =>
  rows.filter(({ decision, stale }) => decision === "undecided" || stale);

function AccessFacts({ access }: { access: Access }) {
  const { rows } = access;
  const open = undecided(access).length;
  const granted = rows.filter(({ decision }) => decision === "granted");
  const used = granted.filter(({ used30Days }) => used30Days > 0);
  return (
    <Facts
      facts={[
        { term: "Requested", value: rows.length, picture: <Pips states={rows.map(() => "full")} /> },
        {
          term: "Granted",
          value: granted.length,
          picture: <Pips states={rows.map(({ decision }) => (decision === "granted" ? "full" : "open"))} />,
          note: open === 0 ? "all decided" : `${open} not decided`,
        },
        {
          term: "Used in 30 days",
          value: used.length,
          picture: <Pips states={granted.map(({ used30Days }) => (used30Days > 0 ? "full" : "warn"))} />,
          note: granted.length - used.length > 0 ? `${granted.length - used.length} never used` : undefined,
        },
        {
          term: "Patient data",
          value: (
            <span style={{ fontSize: "1.0625rem" }}>{phiWords[access.phi as keyof typeof phiWords] ?? access.phi}</span>
          ),
        },
      ]}
    />
  );
}

/** What it gets without asking, and what it can never do. */
function Bounds({ access, name }: { access: Access; name: string }) {
  return (
    <Panel title="Without asking, and never" flush>
      <ul className="perm" style={{ borderTop: "1px solid var(--hl-line)" }}>
        {access.implied.map(({ plain }) => (
          <li key={plain}>
            <IconCheck size={20} stroke={1.75} aria-hidden />
            <span>{plain}</span>
            <span className="tag">comes with what it provides</span>
          </li>
        ))}
        {access.addresses.map(({ cidr, reason }) => (
          <li key={cidr}>
            <IconCheck size={20} stroke={1.75} aria-hidden />
            <span>
              May reach the private range <code>{cidr}</code> where a grant names an address in it. Reason: {reason}
            </span>
            <span className="tag">from Settings</span>
          </li>
        ))}
      </ul>
      <div className="cannot">
        <h3>{name} can never</h3>
        <ul>
          {access.never.map(({ plain }) => (
            <li key={plain}>
              <IconBan size={16} aria-hidden />
              {plain}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
