import type { Vendor } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel, TableRegion } from "../../look/panel.tsx";
import { Advice } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { Go, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { disclosureSaid, vendorSaid } from "../../text/disclosure.ts";
import { actorName, calendarDay, day } from "../../text/format.ts";
import { instancePart } from "../plugin/plugin-page.tsx";
import { Agreements } from "./agreements.tsx";
import { AgreementDialog } from "./agreement-dialog.tsx";
import { VendorDialog } from "./vendor-dialog.tsx";

const route = getRouteApi("/app/vendors/$vendor");
type Dialog = "change" | "remove" | "agreement";

export function VendorScreen() {
  return (
    <Guarded operation="getVendor" title="Vendor">
      <VendorPage />
    </Guarded>
  );
}

function VendorPage() {
  const { vendor: id } = route.useParams();
  const input = { params: { vendor: id } };
  const read = useRead("getVendor", input);
  const [dialog, setDialog] = useState<Dialog>();
  const vendor = read.data;
  const close = (): void => setDialog(undefined);
  return (
    <Page
      title={vendor?.name ?? "Vendor"}
      lead={vendor === undefined ? undefined : leadOf(vendor)}
      badges={vendor === undefined ? undefined : <VendorBadge vendor={vendor} />}
      crumbs={[{ text: "Vendors", to: "/vendors" }]}
      actions={vendor === undefined ? undefined : <VendorActions vendor={vendor} onAsk={setDialog} />}
      reads={[read]}
      calls={[
        ["getVendor", input],
        ["changeVendor", { ...input, body: { revision: vendor?.revision ?? 1, note: "…" } }],
        ["addAgreement", { ...input, body: { party: "…", signedOn: "2026-01-01", validFrom: "2026-01-01" } }],
      ]}
      offers={["changeVendor", "addAgreement"]}
    >
      <Loaded query={read} what="the vendor">
        {(loaded) => (
          <div className="stack lg">
            <Standing vendor={loaded} />
            {loaded.kind === "business_associate" && (
              <Agreements vendor={loaded} onAdd={() => setDialog("agreement")} />
            )}
            <Details vendor={loaded} />
            <Uses vendor={loaded} />
          </div>
        )}
      </Loaded>
      {vendor !== undefined && dialog === "change" && <VendorDialog vendor={vendor} onClose={close} />}
      {vendor !== undefined && dialog === "agreement" && <AgreementDialog vendor={vendor} onClose={close} />}
      {vendor !== undefined && dialog === "remove" && <RemoveDialog vendor={vendor} onClose={close} />}
    </Page>
  );
}

const leadOf = ({ kind }: Vendor): string =>
  kind === "own_organisation"
    ? "Part of your own organisation: patient data may go to its hosts without an agreement."
    : "Patient data may go to its hosts while an agreement is in force, and no day longer.";

function VendorBadge({ vendor }: { vendor: Vendor }) {
  const [word, text] = vendorSaid(vendor);
  return <Status word={word}>{text}</Status>;
}

function VendorActions({ vendor, onAsk }: { vendor: Vendor; onAsk(dialog: Dialog): void }) {
  const [change, add, remove] = [useMay("changeVendor"), useMay("addAgreement"), useMay("removeVendor")];
  const holds = vendor.agreements.some(({ state }) => state === "in_force" || state === "ends_soon");
  return (
    <>
      {vendor.kind === "business_associate" && (
        <ActButton
          compact
          variant="filled"
          may={add}
          leftSection={<IconPlus size={17} aria-hidden />}
          onClick={() => onAsk("agreement")}
        >
          Record an agreement
        </ActButton>
      )}
      <ActButton
        compact
        may={change}
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={() => onAsk("change")}
      >
        Change
      </ActButton>
      <ActButton
        compact={!holds}
        color="bad"
        may={remove}
        blocked={holds ? "End its agreement first." : undefined}
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => onAsk("remove")}
      >
        Remove
      </ActButton>
    </>
  );
}

/** What blocks, or soon will, before the tables that say it in detail. */
function Standing({ vendor }: { vendor: Vendor }) {
  const senders = vendor.uses.filter(({ enabled }) => enabled).map(({ title }) => title);
  const who = senders.length === 0 ? "Nobody sends to it now." : `It concerns ${senders.join(", ")}.`;
  if (vendor.state === "missing")
    return (
      <Advice tone="bad" title="There is no agreement.">
        Patient data does not go to its hosts. {who}
      </Advice>
    );
  if (vendor.state === "expired")
    return (
      <Advice tone="bad" title="Its agreement has ended.">
        Patient data does not go to its hosts any more. {who}
      </Advice>
    );
  if (vendor.state === "ends_soon")
    return (
      <Advice
        title={`The agreement ends ${vendor.coveredUntil === undefined ? "soon" : calendarDay(vendor.coveredUntil)}.`}
      >
        From the day after, patient data does not go to its hosts. Record the next one as soon as it is signed. {who}
      </Advice>
    );
  return null;
}

function Details({ vendor }: { vendor: Vendor }) {
  return (
    <Panel title="Hosts and details">
      <KeyValue
        rows={{
          Hosts:
            vendor.hosts.length === 0 ? (
              <span className="dim">None yet: no host counts as this vendor’s.</span>
            ) : (
              vendor.hosts.map((host) => (
                <div key={host}>
                  <code>{host}</code>
                  {host.startsWith(".") && <small className="dim"> every host below this name</small>}
                </div>
              ))
            ),
          Kind: vendor.kind === "own_organisation" ? "Your own organisation" : "Business associate",
          Note: vendor.note,
          Added: `${day(vendor.createdAt)} by ${actorName(vendor.createdBy)}`,
        }}
      />
    </Panel>
  );
}

function Uses({ vendor }: { vendor: Vendor }) {
  return (
    <Panel title="Who sends to it" flush>
      {vendor.uses.length === 0 ? (
        <p className="dim" style={{ padding: "0 20px 18px" }}>
          Nobody: no plugin asks to reach one of its hosts.
        </p>
      ) : (
        <TableRegion label="Who sends to it" minWidth={620}>
          <thead>
            <tr>
              <th scope="col">Instance</th>
              <th scope="col">Host</th>
              <th scope="col">Patient data</th>
            </tr>
          </thead>
          <tbody>
            {vendor.uses.map((use) => {
              const [word, text] = disclosureSaid(use.disclosure);
              return (
                <tr key={`${use.plugin}/${use.instance} ${use.host}`}>
                  <th scope="row">
                    <Go to={`/plugins/${use.plugin}/egress${instancePart(use.instance)}`}>{use.title}</Go>
                    <span className="sub">{use.enabled ? use.plugin : `${use.plugin}, not enabled`}</span>
                  </th>
                  <td>
                    <code>{use.host}</code>
                  </td>
                  <td>
                    <Status word={word} quiet={word === "Active"}>
                      {text}
                    </Status>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </TableRegion>
      )}
    </Panel>
  );
}

function RemoveDialog({ vendor, onClose }: { vendor: Vendor; onClose(): void }) {
  const go = useGo();
  const remove = useAct("removeVendor", `${vendor.name} is removed`);
  return (
    <ConfirmDialog
      title={`Remove ${vendor.name}?`}
      confirm="Remove"
      danger
      reason="required"
      running={remove.running}
      problem={remove.problem}
      onClose={onClose}
      onConfirm={(reason) =>
        void remove.attempt({ params: { vendor: vendor.id }, body: { reason } }).then((done) => done && go("/vendors"))
      }
    >
      Its ended agreements and their documents go with it. The audit log keeps that they were there. It cannot be
      undone.
    </ConfirmDialog>
  );
}
