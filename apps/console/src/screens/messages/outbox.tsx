import type { ListedMessage, MessageState } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconSend } from "@tabler/icons-react";
import { useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status } from "../../look/status.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { Paging } from "../../shell/paging.tsx";
import { actorName, count, many, moment } from "../../text/format.ts";
import { present, without } from "../../text/search.ts";
import { causeWords, channelTitle, messageWord } from "../../text/words.ts";
import { usePluginName } from "../plugin/plugin-names.ts";
import { MessageTabs } from "./message-tabs.tsx";

const route = getRouteApi("/app/messages");
const stateChoices: readonly (readonly [MessageState | undefined, string])[] = [
  [undefined, "All"],
  ["dead", "Failed"],
  ["uncertain", "Uncertain"],
  ["retrying", "Retrying"],
  ["queued", "Queued"],
  ["sent", "Sent"],
  ["delivered", "Delivered"],
];

export function OutboxScreen() {
  return (
    <Guarded operation="listMessages" title="Messages">
      <Outbox />
    </Guarded>
  );
}

function Outbox() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...search, limit: 50 };
  const messages = useRead("listMessages", { query }, { everyMs: search.cursor === undefined ? 5000 : undefined });
  const counts = messages.data?.counts ?? {};
  const set = (part: Partial<Record<"state" | "channel" | "cursor", string | undefined>>): void =>
    void navigate({ search: present({ ...without(search, "cursor"), ...part }) as typeof search, replace: true });
  return (
    <Page
      title="Messages"
      lead={messages.data === undefined ? undefined : sentence(counts)}
      actions={
        <GoButton to="/messages/compose" variant="filled" leftSection={<IconSend size={17} aria-hidden />}>
          Compose
        </GoButton>
      }
      tabs={<MessageTabs at="Outbox" />}
      reads={[messages]}
      calls={[["listMessages", { query }]]}
      offers={["sendMessage", "getMessage"]}
    >
      <OutboxFilters state={search.state} channel={search.channel} counts={counts} onChange={set} />
      <Loaded query={messages} what="the outbox">
        {({ items, next }) => (
          <Panel
            flush
            label="Outbox"
            foot={
              <>
                <span>Recipients are masked in lists.</span>
                <Paging cursor={search.cursor} next={next} onGo={(cursor) => set({ cursor })} />
              </>
            }
          >
            {items.length === 0 ? (
              <NoMessages
                filtered={search.state !== undefined || search.channel !== undefined || search.plugin !== undefined}
              />
            ) : (
              <MessageTable items={items} />
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

interface FiltersProps {
  state: MessageState | undefined;
  channel: string | undefined;
  counts: Record<string, number>;
  onChange(part: { state?: string | undefined; channel?: string | undefined }): void;
}

function OutboxFilters({ state: chosen, channel, counts, onChange }: FiltersProps) {
  return (
    <div className="filters bottom">
      <div className="row" role="group" aria-label="Filter by state">
        {stateChoices.map(([state, label]) => (
          <button
            key={label}
            type="button"
            className="chip"
            aria-pressed={chosen === state}
            onClick={() => onChange({ state })}
          >
            {label} {state !== undefined && <b className="num">{count(counts[state] ?? 0)}</b>}
          </button>
        ))}
      </div>
      <NativeSelect
        aria-label="Channel"
        data={[
          { value: "", label: "All channels" },
          { value: "email", label: "E-mail" },
          { value: "sms", label: "SMS" },
          { value: "fax", label: "Fax" },
        ]}
        value={channel ?? ""}
        onChange={(event) =>
          onChange({ channel: event.currentTarget.value === "" ? undefined : event.currentTarget.value })
        }
      />
    </div>
  );
}

function sentence(counts: Record<string, number>): string {
  const waiting = (counts["queued"] ?? 0) + (counts["sending"] ?? 0) + (counts["retrying"] ?? 0);
  const bad = (counts["dead"] ?? 0) + (counts["uncertain"] ?? 0);
  const parts = [
    waiting > 0 ? `${many(waiting, "message")} on the way` : "Nothing waits",
    bad > 0 ? `${many(bad, "message")} ${bad === 1 ? "needs" : "need"} you` : "none needs you",
  ];
  return `${parts.join(", ")}.`;
}

function NoMessages({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="No message matches" action={<GoButton to="/messages">Show all messages</GoButton>}>
      None has that state and channel together.
    </Empty>
  ) : (
    <Empty
      title="No messages yet"
      action={<GoButton to="/messages/compose">Compose a message</GoButton>}
      more={<Go to="/messages/routing">How messages are routed</Go>}
    >
      Every message that was accepted stands here with its timeline. Nothing accepted is ever lost.
    </Empty>
  );
}

function MessageTable({ items }: { items: readonly ListedMessage[] }) {
  const nameOf = usePluginName();
  return (
    <TableRegion label="Messages, newest first" minWidth={940}>
      <thead>
        <tr>
          <th scope="col">Message</th>
          <th scope="col">State</th>
          <th scope="col">About</th>
          <th scope="col">Provider</th>
          <th scope="col" className="r">
            Attempts
          </th>
          <th scope="col">Asked by</th>
          <th scope="col">Accepted</th>
        </tr>
      </thead>
      <tbody>
        {items.map((message) => (
          <tr key={message.id} data-hot={message.state === "dead" || undefined}>
            <th scope="row">
              <Go className="name" to={`/messages/${message.id}`}>
                {channelTitle(message.channel)} to <span className="masked">{message.recipient}</span>
                {message.moreRecipients > 0 && ` and ${message.moreRecipients} more`}
              </Go>
              <code className="sub">{message.id}</code>
            </th>
            <td>
              <Status
                word={messageWord[message.state]}
                quiet={message.state !== "dead" && message.state !== "uncertain"}
              />
              {message.cause !== undefined && message.state !== "delivered" && (
                <span className="sub">{causeWords[message.cause]}</span>
              )}
              {message.maybeSentTwice && <span className="sub">may have been sent twice</span>}
            </td>
            <td>
              {message.patient !== undefined && (
                <Go to={`/records/patients/${message.patient}`} aria-label={`Patient ${message.patient}`}>
                  <code>{message.patient}</code>
                </Go>
              )}
            </td>
            <td>
              {message.plugin === undefined ? (
                <span className="dim">not chosen</span>
              ) : (
                nameOf(message.plugin, message.instance)
              )}
              {message.testMode && <span className="sub">test</span>}
            </td>
            <td className="r num">{message.attempts}</td>
            <td>{actorName(message.createdBy)}</td>
            <td className="num nowrap">{moment(message.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
