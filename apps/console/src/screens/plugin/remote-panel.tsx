import { Button } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import type { AnswerById } from "../../api/call.ts";
import { useAct, useRead, type Act } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { Loaded } from "../../shell/loaded.tsx";
import { actorName, moment, shortHash } from "../../text/format.ts";
import { instanceQuery } from "./plugin-page.tsx";
import { Dialog } from "../../shell/dialog.tsx";

type Link = AnswerById<"listRemoteLinks">["items"][number];
const words: Record<Link["state"], Word> = {
  open: "Open",
  used: "Off",
  connected: "Connected",
  expired: "Expired",
  revoked: "Revoked",
};

/** For a plugin that runs elsewhere: single-use enrolment codes and the links made with them. */
export function RemotePanel({ plugin, instance, name }: { plugin: string; instance: string; name: string }) {
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const links = useRead("listRemoteLinks", input, { everyMs: 5000 });
  const create = useAct("createEnrolment");
  const revoke = useAct("revokeRemoteLink", "Revoked at once");
  const [made, setMade] = useState<AnswerById<"createEnrolment">>();
  const createButton = (
    <ActButton compact may={create.may} running={create.running} onClick={() => void create.run(input).then(setMade)}>
      Make an enrolment code
    </ActButton>
  );
  const mayList = links.fetchStatus !== "idle" || links.data !== undefined;
  if (!mayList) return null;
  return (
    <Panel title="Links from elsewhere" flush end={createButton}>
      {[create.problem, revoke.problem].map(
        (problem, at) =>
          problem !== null && (
            <div key={at} className="bd" style={{ padding: "0 20px 14px" }}>
              <ApiProblemPanel problem={problem} />
            </div>
          ),
      )}
      <Loaded query={links} what="the links">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No links yet">
              {name} may run on another machine and connect to Hilum. Its program takes an enrolment code once, makes a
              key of its own, and links itself. It is then not sandboxed by Hilum.
            </Empty>
          ) : (
            <LinkTable items={items} revoke={revoke} plugin={plugin} instance={instance} />
          )
        }
      </Loaded>
      {made !== undefined && (
        <CodeDialog code={made.code} expiresAt={made.expiresAt} onClose={() => setMade(undefined)} />
      )}
    </Panel>
  );
}

interface LinkTableProps {
  items: readonly Link[];
  revoke: Act<"revokeRemoteLink">;
  plugin: string;
  instance: string;
}

function LinkTable({ items, revoke, plugin, instance }: LinkTableProps) {
  return (
    <TableRegion label="Links and enrolment codes" minWidth={680}>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Kind</th>
          <th scope="col">Made</th>
          <th scope="col">Ends</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span className="vh">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((link) => (
          <tr key={link.id}>
            <td>
              <Status word={words[link.state]} quiet>
                {link.state === "used" ? "Not connected" : words[link.state]}
              </Status>
            </td>
            <th scope="row">
              {link.kind === "enrolment" ? "Enrolment code" : "Link"}
              {link.fingerprint !== undefined && <code className="sub">key {shortHash(link.fingerprint)}</code>}
            </th>
            <td>
              {moment(link.createdAt)}
              <span className="sub">{actorName(link.createdBy)}</span>
            </td>
            <td className="num">{moment(link.expiresAt)}</td>
            <td className="num">
              {link.lastUsedAt === undefined ? <span className="dim">never</span> : moment(link.lastUsedAt)}
            </td>
            <td className="r">
              {(link.state === "open" || link.state === "used" || link.state === "connected") && (
                <ActButton
                  compact
                  size="compact-sm"
                  color="bad"
                  may={revoke.may}
                  running={revoke.running}
                  label={`Revoke the ${link.kind} made ${moment(link.createdAt)}`}
                  onClick={() => void revoke.run({ params: { plugin, link: link.id }, query: instanceQuery(instance) })}
                >
                  Revoke
                </ActButton>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function CodeDialog({ code, expiresAt, onClose }: { code: string; expiresAt: string; onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="Enrolment code">
      <div className="stack md">
        <p>
          Give this to the plugin’s program. It works once, until {moment(expiresAt)}, and is shown only now. It carries
          the certificate authority of this Hilum, so the program knows whom it talks to.
        </p>
        <pre className="reply">{code}</pre>
        <div className="row end">
          <Button
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => void copyText(code, "Enrolment code copied")}
            data-autofocus
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
