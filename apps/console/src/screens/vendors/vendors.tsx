import type { Vendor } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { AnswerById } from "../../api/call.ts";
import { useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Advice } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { Go, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { vendorSaid } from "../../text/disclosure.ts";
import { many } from "../../text/format.ts";
import { present } from "../../text/search.ts";
import { VendorDialog } from "./vendor-dialog.tsx";

const route = getRouteApi("/app/vendors");
type Answer = AnswerById<"listVendors">;

export function VendorsScreen() {
  return (
    <Guarded operation="listVendors" title="Vendors">
      <Vendors />
    </Guarded>
  );
}

function Vendors() {
  const { host } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useGo();
  const vendors = useRead("listVendors", {});
  const may = useMay("createVendor");
  const [adding, setAdding] = useState<string | undefined>(host);
  const close = (): void => {
    setAdding(undefined);
    if (host !== undefined) void navigate({ search: present({}), replace: true });
  };
  return (
    <Page
      title="Vendors"
      lead="Companies outside that patient data goes to, and the business associate agreements under which it may."
      actions={
        <ActButton
          variant="filled"
          may={may}
          leftSection={<IconPlus size={17} aria-hidden />}
          onClick={() => setAdding("")}
        >
          Add a vendor
        </ActButton>
      }
      reads={[vendors]}
      calls={[
        ["listVendors"],
        ["createVendor", { body: { name: "Example", kind: "business_associate", hosts: ["api.example.com"] } }],
      ]}
      offers={["createVendor"]}
      commands={[
        {
          id: "add-vendor",
          label: "Add a vendor",
          blocked: may.allowed ? undefined : may.reason,
          run: () => setAdding(""),
        },
      ]}
    >
      <Loaded query={vendors} what="the vendors">
        {(answer) => (
          <div className="stack lg">
            <Unclaimed answer={answer} onAdd={setAdding} />
            <VendorTable items={answer.items} />
          </div>
        )}
      </Loaded>
      {adding !== undefined && (
        <VendorDialog host={adding} onClose={close} onSaved={({ id }) => go(`/vendors/${id}`)} />
      )}
    </Page>
  );
}

/** Hosts that plugins would send patient data to and that belong to nobody yet. */
function Unclaimed({ answer: { unclaimed }, onAdd }: { answer: Answer; onAdd(host: string): void }) {
  const may = useMay("createVendor");
  return unclaimed.map(({ host, plugins }) => (
    <Advice
      key={host}
      title={`${host} belongs to no vendor.`}
      actions={
        <ActButton compact may={may} label={`Add its vendor: ${host}`} onClick={() => onAdd(host)}>
          Add its vendor
        </ActButton>
      }
    >
      {plugins.map(({ name }) => name).join(", ")} {plugins.length === 1 ? "asks" : "ask"} to send patient data there.
    </Advice>
  ));
}

function VendorTable({ items }: { items: Answer["items"] }) {
  return (
    <Panel flush label="Vendors">
      {items.length === 0 ? (
        <Empty title="No vendors yet">
          A vendor is a company that gets patient data from you: a sender of text messages, a store of documents. Add it
          with its hosts and its agreement, and plugins may send there outside test mode.
        </Empty>
      ) : (
        <TableRegion label="Vendors" minWidth={760}>
          <thead>
            <tr>
              <th scope="col">Vendor</th>
              <th scope="col">Hosts</th>
              <th scope="col">Agreement</th>
              <th scope="col">Used by</th>
            </tr>
          </thead>
          <tbody>
            {items.map((vendor) => (
              <VendorRow key={vendor.id} vendor={vendor} />
            ))}
          </tbody>
        </TableRegion>
      )}
    </Panel>
  );
}

function VendorRow({ vendor }: { vendor: Vendor }) {
  const [word, text] = vendorSaid(vendor);
  const senders = new Set(vendor.uses.map(({ plugin, instance }) => `${plugin}/${instance}`)).size;
  const shown = vendor.hosts.slice(0, 3);
  return (
    <tr>
      <th scope="row">
        <Go to={`/vendors/${vendor.id}`}>{vendor.name}</Go>
        <span className="sub">
          {vendor.kind === "own_organisation" ? "Your own organisation" : "Business associate"}
        </span>
      </th>
      <td>
        {shown.map((host) => (
          <code className="sub" key={host}>
            {host}
          </code>
        ))}
        {vendor.hosts.length > shown.length && (
          <span className="sub">and {vendor.hosts.length - shown.length} more</span>
        )}
        {vendor.hosts.length === 0 && <span className="dim">none</span>}
      </td>
      <td>
        <Status word={word} quiet={word === "Active"}>
          {text}
        </Status>
      </td>
      <td className="num">{senders === 0 ? <span className="dim">nobody</span> : many(senders, "instance")}</td>
    </tr>
  );
}
