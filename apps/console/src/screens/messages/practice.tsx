import type { PracticeMessage } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconPaperclip, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { Paging } from "../../shell/paging.tsx";
import { bytes, exactly, moment } from "../../text/format.ts";
import { present } from "../../text/search.ts";
import { channelWords } from "../../text/words.ts";
import { MessageTabs } from "./message-tabs.tsx";

const route = getRouteApi("/app/messages/practice");
const mailboxPlugin = "/plugins/org.hilum.practice-mailbox";

export function PracticeScreen() {
  return (
    <Guarded operation="listPracticeMessages" title="Practice mailbox">
      <PracticeMailbox />
    </Guarded>
  );
}

function PracticeMailbox() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = search.cursor === undefined ? {} : { cursor: search.cursor };
  const mailbox = useRead("listPracticeMessages", { query }, { everyMs: 5000 });
  const empty = useAct("emptyPracticeMailbox", "The practice mailbox is empty");
  const [asking, setAsking] = useState(false);
  return (
    <Page
      title="Practice mailbox"
      lead="What went to the practice mailbox instead of to real people. It needs no account, and can deliver, refuse, delay or lose on purpose."
      crumbs={[{ text: "Messages", to: "/messages" }]}
      tabs={<MessageTabs at="Practice mailbox" />}
      actions={
        <>
          <GoButton to={`${mailboxPlugin}/settings?field=behaviour`}>Choose how it behaves</GoButton>
          <ActButton may={empty.may} leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setAsking(true)}>
            Empty it
          </ActButton>
        </>
      }
      reads={[mailbox]}
      calls={[["listPracticeMessages", { query }], ["emptyPracticeMailbox"]]}
    >
      <Loaded query={mailbox} what="the mailbox">
        {({ items, next }) => {
          if (items.length === 0) {
            return (
              <section className="panel">
                <Empty
                  title="Nothing arrived yet"
                  action={<GoButton to="/messages/compose">Compose a message</GoButton>}
                  more={<Go to={mailboxPlugin}>About the practice mailbox</Go>}
                >
                  Route a channel to the practice mailbox and send: the message appears here as the recipient would get
                  it.
                </Empty>
              </section>
            );
          }
          const shown = items.find(({ id }) => id === search.message) ?? items[0];
          return (
            <div className="grid" style={{ gridTemplateColumns: undefined }}>
              {shown !== undefined && <Received message={shown} />}
              <Panel
                title="Received"
                flush
                foot={
                  next === undefined ? undefined : (
                    <Paging
                      cursor={search.cursor}
                      next={next}
                      onGo={(cursor) => void navigate({ search: present({ cursor }) })}
                    />
                  )
                }
              >
                <ReceivedList items={items} shown={shown?.id} />
              </Panel>
            </div>
          );
        }}
      </Loaded>
      {asking && (
        <ConfirmDialog
          title="Empty the practice mailbox?"
          confirm="Empty it"
          danger
          running={empty.running}
          problem={empty.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => void empty.attempt().then((done) => done && setAsking(false))}
        >
          What it received is gone for good. The messages stay in the outbox with their timelines.
        </ConfirmDialog>
      )}
    </Page>
  );
}

function ReceivedList({ items, shown }: { items: readonly PracticeMessage[]; shown: string | undefined }) {
  const at = items.findIndex(({ id }) => id === shown);
  return (
    <ul className="recs">
      {items.map((message, place) => (
        <li key={message.id}>
          <Go
            to={`/messages/practice?message=${message.id}`}
            aria-current={place === at ? "true" : undefined}
            data-item={place === at - 1 ? "previous" : place === at + 1 ? "next" : undefined}
          >
            <b className="strong">{message.subject === "" ? "(no subject)" : message.subject}</b>
            <span className="small dim">{message.to.join(", ")}</span>
            <span className="small dim num">{moment(message.at)}</span>
          </Go>
        </li>
      ))}
    </ul>
  );
}

function Received({ message }: { message: PracticeMessage }) {
  return (
    <Panel
      title={message.subject === "" ? "(no subject)" : message.subject}
      end={
        <Go className="small" to={`/messages/${message.message}`}>
          Its timeline
        </Go>
      }
    >
      <div className="stack md">
        <KeyValue
          rows={{
            To: message.to.join(", "),
            Arrived: exactly(message.at),
            Channel: channelWords[message.channel],
          }}
        />
        <p className="bubble">{message.text}</p>
        {message.attachments.length > 0 && (
          <ul className="stack sm" aria-label="Attachments">
            {message.attachments.map(({ title, contentType, size }) => (
              <li key={title} className="row">
                <IconPaperclip size={16} aria-hidden />
                {title}
                <span className="small dim">
                  {contentType}, {bytes(size)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
