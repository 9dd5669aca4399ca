import type { EgressHost, EgressReceipt } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useRead } from "../../api/use-api.ts";
import type { AnswerById } from "../../api/call.ts";
import { Facts, Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Advice } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Paging } from "../../shell/paging.tsx";
import { receiptSaid } from "../../text/disclosure.ts";
import { bytes, clock, count, day, duration } from "../../text/format.ts";
import { present } from "../../text/search.ts";
import { EgressHosts } from "./egress-hosts.tsx";
import { instanceQuery, PluginPage } from "./plugin-page.tsx";

const route = getRouteApi("/app/plugins/$plugin/egress");
type Answer = AnswerById<"listEgressReceipts">;
type Search = ReturnType<typeof route.useSearch>;

/** Where a plugin may send, under which agreement, and every call that it made. */
export function EgressScreen() {
  const { plugin } = route.useParams();
  const search = route.useSearch();
  const { instance = "default", decision, cursor } = search;
  const may = useMay("listEgressReceipts");
  const input = {
    params: { plugin },
    query: { ...present({ decision, cursor }), instance, limit: 50 },
  };
  const page = useRead("listEgressReceipts", input, {
    everyMs: cursor === undefined ? 5000 : undefined,
    enabled: may.allowed,
  });
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Egress"
      prefix="Egress of"
      lead="Where it may send, and each call that it made: where to, how much, how it ended. Never what was in it."
      reads={may.allowed ? [page] : []}
      calls={[["listEgressReceipts", { params: { plugin }, query: { ...instanceQuery(instance), limit: 50 } }]]}
      offers={["listEgressReceipts"]}
    >
      {() =>
        may.allowed && (
          <Loaded query={page} what="the outbound calls">
            {(answer) => <Egress answer={answer} search={search} />}
          </Loaded>
        )
      }
    </PluginPage>
  );
}

function Egress({ answer, search }: { answer: Answer; search: Search }) {
  const { hosts } = answer;
  const refused = hosts.filter(({ disclosure, access }) => !disclosure.allowed && access === "granted");
  return (
    <div className="stack lg">
      {refused.map((host) => (
        <NoAgreement key={`${host.kind} ${host.destination ?? ""} ${host.host ?? ""}`} host={host} />
      ))}
      {hosts.length > 0 && <DayFacts hosts={hosts} />}
      <Panel
        title="Where it may send"
        flush
        foot={
          hosts.some(({ auth }) => auth !== undefined) ? (
            <span>A secret that Hilum holds is put into the request by Hilum: the plugin never sees it.</span>
          ) : undefined
        }
      >
        {hosts.length === 0 ? (
          <Empty title="It asks to reach nobody">
            Its manifest declares no destination and no tunnel, so nothing can leave through it.
          </Empty>
        ) : (
          <EgressHosts hosts={hosts} />
        )}
      </Panel>
      <Receipts answer={answer} search={search} />
    </div>
  );
}

function NoAgreement({ host: { host = "its host", disclosure } }: { host: EgressHost }) {
  const { vendor, because } = disclosure;
  return (
    <Advice
      tone="bad"
      title={because === "expired" ? `The agreement for ${host} has ended.` : `There is no agreement for ${host}.`}
      actions={
        <GoButton
          variant="filled"
          to={vendor === undefined ? `/vendors?host=${encodeURIComponent(host)}` : `/vendors/${vendor.id}`}
        >
          {vendor === undefined ? "Add the vendor" : `Open ${vendor.name}`}
        </GoButton>
      }
    >
      Patient data does not go there until a business associate agreement is in force. Messages wait meanwhile.
    </Advice>
  );
}

/** One host may serve several destinations; its traffic counts once. */
function DayFacts({ hosts }: { hosts: readonly EgressHost[] }) {
  const once = [...new Map(hosts.map((host) => [host.host ?? "", host.day])).values()];
  const sum = (name: keyof EgressHost["day"]): number => once.reduce((total, traffic) => total + traffic[name], 0);
  return (
    <Facts
      facts={[
        { term: "Calls in 24 hours", value: count(sum("requests")) },
        { term: "Refused", value: count(sum("denied")), note: sum("denied") === 0 ? "none" : "see below" },
        { term: "Sent", value: bytes(sum("bytesOut")) },
        { term: "Received", value: bytes(sum("bytesIn")) },
      ]}
    />
  );
}

function Receipts({ answer: { items, next }, search }: { answer: Answer; search: Search }) {
  const navigate = route.useNavigate();
  const set = (part: { decision?: "deny" | undefined; cursor?: string | undefined }): void =>
    void navigate({
      search: present({ instance: search.instance, decision: search.decision, ...part }) as Search,
      replace: true,
    });
  const onlyRefused = search.decision === "deny";
  return (
    <Panel
      title="Outbound calls"
      flush
      end={
        <div className="row" role="group" aria-label="Filter by decision">
          {([undefined, "deny"] as const).map((decision) => (
            <button
              key={decision ?? "all"}
              type="button"
              className="chip"
              aria-pressed={search.decision === decision}
              onClick={() => set({ decision })}
            >
              {decision === undefined ? "All" : "Refused"}
            </button>
          ))}
        </div>
      }
      foot={
        <>
          <span>Kept for 30 days. The audit log keeps each decision for good.</span>
          <Paging cursor={search.cursor} next={next} onGo={(cursor) => set({ cursor })} />
        </>
      }
    >
      {items.length === 0 ? (
        <Empty title={onlyRefused ? "Nothing was refused" : "No call went out yet"}>
          {onlyRefused
            ? "Every call that it made in 30 days was allowed."
            : "A call stands here as soon as the plugin makes one: a test in Setup, a smoke test, a message."}
        </Empty>
      ) : (
        <ReceiptTable items={items} />
      )}
    </Panel>
  );
}

function ReceiptTable({ items }: { items: readonly EgressReceipt[] }) {
  return (
    <TableRegion label="Outbound calls" minWidth={780}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What, and where to</th>
          <th scope="col">How it ended</th>
          <th scope="col" className="r">
            Sent
          </th>
          <th scope="col" className="r">
            Received
          </th>
          <th scope="col" className="r">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((receipt) => (
          <ReceiptRow key={receipt.id} receipt={receipt} />
        ))}
      </tbody>
    </TableRegion>
  );
}

function ReceiptRow({ receipt }: { receipt: EgressReceipt }) {
  const { at, host, port, status, bytesOut, bytesIn, durationMs } = receipt;
  const [word, text] = receiptSaid(receipt);
  return (
    <tr>
      <th scope="row" className="num nowrap">
        {clock(at)}
        <span className="sub">{day(at)}</span>
      </th>
      <td>
        <What receipt={receipt} />
        {host !== undefined && <code className="sub">{`${host}:${port ?? ""}`}</code>}
      </td>
      <td>
        <Status word={word} quiet={word === "Passed"}>
          {text}
        </Status>
        {status !== undefined && text !== String(status) && <span className="sub num">answered {status}</span>}
      </td>
      <td className="num nowrap r">{bytes(bytesOut)}</td>
      <td className="num nowrap r">{bytes(bytesIn)}</td>
      <td className="num nowrap r">{duration(durationMs)}</td>
    </tr>
  );
}

function What({ receipt: { kind, method, template } }: { receipt: EgressReceipt }) {
  if (kind === "tunnel")
    return (
      <>
        Tunnel<span className="sub">content not inspected</span>
      </>
    );
  if (method === undefined) return <span className="dim">A request that was not made</span>;
  return (
    <code>
      {method} {template}
    </code>
  );
}
