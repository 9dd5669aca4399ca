import type { Instance, PluginDetail } from "@hilum/contract/api";
import { Button, Menu } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconChevronDown, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { MayDecision } from "../../api/operation-facts.ts";
import { useRead } from "../../api/use-api.ts";
import { Evidence } from "../../look/evidence.tsx";
import { KeyValue, Panel, TableRegion } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { Go, GoButton, useGo } from "../../shell/go.tsx";
import { MenuAct } from "../../shell/menu-act.tsx";
import type { Command } from "../../shell/page-store.ts";
import { actorName, day, moment, shortHash } from "../../text/format.ts";
import { webAddress } from "../../text/safe-links.ts";
import { codeWords, instanceWord, phiWords } from "../../text/words.ts";
import { EnablePanel } from "./enable-panel.tsx";
import { InstanceDialogs, type InstanceDialog } from "./instance-dialogs.tsx";
import { NextAction } from "./next-action.tsx";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";

const route = getRouteApi("/app/plugins/$plugin");

const reasonOf = (may: MayDecision): string | undefined => (may.allowed ? undefined : may.reason);

export function OverviewScreen() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const [dialog, setDialog] = useState<InstanceDialog>();
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const mayGate = useMay("getEnableGate");
  const mayOperate = useMay("disableInstance");
  const mayRemove = useMay("removePlugin");
  const command = (id: InstanceDialog, label: string, may: MayDecision, words = ""): Command => ({
    id,
    label,
    words,
    blocked: reasonOf(may),
    run: () => setDialog(id),
  });
  const gate = useRead("getEnableGate", input);
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Overview"
      reads={mayGate.allowed ? [gate] : []}
      calls={[
        ["getEnableGate", input],
        ["enableInstance", { ...input, body: {} }],
      ]}
      offers={["enableInstance", "disableInstance", "removePlugin"]}
      commands={[
        command("duplicate", "Duplicate this instance", mayOperate),
        command("restart", "Restart this instance", mayOperate),
        command("disable", "Disable this instance", mayOperate),
        command("remove", "Remove this plugin", mayRemove, "uninstall delete"),
      ]}
      renderActions={(detail, current) => <Actions detail={detail} instance={current} onDialog={setDialog} />}
    >
      {(detail, current) => (
        <>
          <div className="grid">
            <div className="stack lg">
              <NextAction detail={detail} instance={current} />
              {current.state !== "enabled" && mayGate.allowed && (
                <EnablePanel detail={detail} instance={current} gate={gate} />
              )}
              <Capabilities detail={detail} instance={current} />
              <Instances detail={detail} onDuplicate={() => setDialog("duplicate")} />
            </div>
            <div className="stack lg">
              <About detail={detail} instance={current} />
              <SandboxPanel instance={current} />
            </div>
          </div>
          {dialog !== undefined && (
            <InstanceDialogs dialog={dialog} detail={detail} instance={current} onClose={() => setDialog(undefined)} />
          )}
        </>
      )}
    </PluginPage>
  );
}

function Actions({
  detail,
  instance,
  onDialog,
}: {
  detail: PluginDetail;
  instance: Instance;
  onDialog(dialog: InstanceDialog): void;
}) {
  const mayOperate = useMay("disableInstance");
  const mayRemove = useMay("removePlugin");
  const mayKill = useMay("getBlastRadius");
  const go = useGo();
  const stopped = instance.state !== "enabled";
  return (
    <>
      {!stopped && (
        <ActButton compact may={mayOperate} onClick={() => onDialog("disable")}>
          Disable
        </ActButton>
      )}
      <Menu position="bottom-end" width={290}>
        <Menu.Target>
          <Button rightSection={<IconChevronDown size={16} aria-hidden />}>More actions</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <MenuAct
            blocked={
              reasonOf(mayOperate) ?? (stopped && instance.state !== "quarantined" ? "It is not enabled." : undefined)
            }
            onClick={() => onDialog("restart")}
          >
            {instance.state === "quarantined" ? "Restart and lift the quarantine" : "Restart"}
          </MenuAct>
          <MenuAct blocked={reasonOf(mayOperate)} onClick={() => onDialog("duplicate")}>
            Duplicate this instance
          </MenuAct>
          <Menu.Divider />
          <MenuAct
            blocked={reasonOf(mayRemove) ?? (detail.instances.length < 2 ? "It is the only one." : undefined)}
            onClick={() => onDialog("removeInstance")}
          >
            Remove this instance
          </MenuAct>
          <MenuAct blocked={reasonOf(mayRemove)} onClick={() => onDialog("remove")}>
            Remove the plugin
          </MenuAct>
          <MenuAct blocked={reasonOf(mayKill)} onClick={() => go(`/plugins/${detail.id}/kill`)}>
            Kill switch
          </MenuAct>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

const operates: Partial<Record<string, { label: string; to: string }>> = {
  send_messages: { label: "Send a test", to: "/messages/compose" },
  receive_messages: { label: "Open messages", to: "/messages" },
};

function Capabilities({ detail, instance }: { detail: PluginDetail; instance: Instance }) {
  return (
    <Panel title="What it can do" flush>
      <ul>
        {detail.capabilities.map(({ name, title, served }) => {
          const operate = operates[name];
          return (
            <Evidence
              key={name}
              word={!served ? "Not run" : instance.state === "enabled" ? instanceWord(instance) : "Not tested"}
              title={title}
              detail={
                <>
                  <code>{name}</code>{" "}
                  {!served && "This version of Hilum does not serve it yet, so the plugin cannot be enabled."}
                </>
              }
              end={
                served && operate !== undefined ? (
                  <GoButton to={operate.to} size="compact-sm" label={`${operate.label}: ${title}`}>
                    {operate.label}
                  </GoButton>
                ) : undefined
              }
            />
          );
        })}
      </ul>
    </Panel>
  );
}

function Instances({ detail, onDuplicate }: { detail: PluginDetail; onDuplicate(): void }) {
  const may = useMay("createInstance");
  return (
    <Panel
      title="Instances"
      flush
      end={
        <Button
          size="compact-sm"
          leftSection={<IconPlus size={15} aria-hidden />}
          disabled={!may.allowed}
          onClick={onDuplicate}
        >
          Duplicate
        </Button>
      }
    >
      <TableRegion label="Instances" minWidth={460}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col">Mode</th>
            <th scope="col">Enabled</th>
          </tr>
        </thead>
        <tbody>
          {detail.instances.map((instance) => (
            <tr key={instance.instance}>
              <th scope="row">
                <Go className="name" to={`/plugins/${detail.id}${instancePart(instance.instance)}`}>
                  {instance.title}
                </Go>
                <span className="sub">{instance.instance}</span>
              </th>
              <td>
                <Status word={instanceWord(instance)} quiet={instanceWord(instance) === "Healthy"} />
              </td>
              <td>{instance.testMode ? "test" : "real"}</td>
              <td className="num">
                {instance.enabledAt === undefined ? <span className="dim">no</span> : moment(instance.enabledAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}

function About({ detail, instance }: { detail: PluginDetail; instance: Instance }) {
  const homepage = webAddress(detail.homepage);
  return (
    <Panel title="About">
      <KeyValue
        rows={{
          Version: detail.version ?? `known by its digest`,
          Publisher: detail.publisher,
          Licence: detail.license,
          "Patient data": phiWords[detail.phi],
          Code: codeWords[detail.code],
          Folder: detail.codePath === undefined ? undefined : <code>{detail.codePath}</code>,
          Process: instance.running ? "running" : "not running",
          Registered: `${day(detail.registeredAt)} by ${actorName(detail.registeredBy)}`,
          Identifier: <code>{detail.id}</code>,
          Digest: <code>{shortHash(detail.digest)}</code>,
          "Home page":
            homepage === undefined ? (
              detail.homepage
            ) : (
              <a href={homepage} rel="noreferrer">
                {homepage}
              </a>
            ),
        }}
      />
    </Panel>
  );
}

const sandboxWords = {
  isolated: ["Active", "Isolated"],
  host_code: ["Note", "Part of Hilum"],
  remote: ["Warning", "Not sandboxed"],
  not_available: ["Missing", "Not available"],
} as const;

function SandboxPanel({ instance }: { instance: Instance }) {
  const { sandbox } = instance;
  if (sandbox === undefined) return null;
  const [word, text] = sandboxWords[sandbox.level];
  return (
    <Panel
      title="Sandbox"
      end={
        <Status word={word} quiet={word === "Active"}>
          {text}
        </Status>
      }
      foot={<Go to="/settings/sandbox">All controls of this machine</Go>}
    >
      {sandbox.level === "remote" && (
        <p>It runs on another machine: what that machine does with the data is outside Hilum’s control.</p>
      )}
      {sandbox.level === "host_code" && <p>It is Hilum’s own code and needs no sandbox.</p>}
      <ul className="stack sm">
        {sandbox.controls.map(({ name, state }) => (
          <li key={name} className="row between">
            <span>{name}</span>
            <Status word={state === "active" ? "Active" : "Missing"} quiet={state === "active"} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
