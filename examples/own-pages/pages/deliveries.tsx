import {
  Button,
  channelWords,
  ErrorNotice,
  MessageTimeline,
  MessageView,
  messageWords,
  Panel,
  SelectField,
  Status,
  Table,
  useMessages,
  usePage,
  type PageMessageDetail,
} from "@hilum/sdk/ui";
import { useState } from "react";

const states = ["", "delivered", "sent", "retrying", "dead"] as const;
type State = (typeof states)[number];

/** What became of the messages that went through this plugin. Recipients are masked, and no content comes here. */
export function DeliveriesPage() {
  const { format } = usePage();
  const [state, setState] = useState<State>("");
  const messages = useMessages(state === "" ? {} : { state });
  const [detail, setDetail] = useState<PageMessageDetail>();
  const show = async (id: string): Promise<void> => setDetail(await messages.read.run(id));
  return (
    <div className="stack lg">
      <div className="row between">
        <SelectField
          label="Show"
          value={state}
          options={states.map((value) => ({ value, label: value === "" ? "All messages" : messageWords[value] }))}
          onChange={(value) => setState(states.find((known) => known === value) ?? "")}
        />
        <Button running={messages.loading} onClick={messages.reload}>
          Read again
        </Button>
      </div>
      {[messages.error, messages.read.error].map(
        (error, at) => error !== undefined && <ErrorNotice key={at} error={error} />,
      )}
      <Panel title="Messages" flush>
        <Table
          caption="Messages"
          rows={messages.items}
          keyOf={({ id }) => id}
          empty={messages.loading ? "Reading the messages…" : "No message went through this plugin yet."}
          columns={[
            { title: "To", render: ({ recipient }) => recipient },
            { title: "Channel", render: ({ channel }) => channelWords[channel] },
            {
              title: "State",
              render: (row) => <Status word={messageWords[row.state]} quiet={row.state === "delivered"} />,
            },
            { title: "Accepted", render: ({ createdAt }) => format.moment(createdAt) },
            {
              title: "Act",
              render: ({ id, recipient }) => (
                <Button
                  look="quiet"
                  aria-label={`What happened to the message to ${recipient}`}
                  running={messages.read.running}
                  onClick={() => void show(id)}
                >
                  What happened
                </Button>
              ),
            },
          ]}
        />
      </Panel>
      <div className="row">
        {messages.newest !== undefined && <Button onClick={messages.newest}>Newest</Button>}
        {messages.older !== undefined && <Button onClick={messages.older}>Older</Button>}
      </div>
      {detail !== undefined && <Detail detail={detail} />}
    </div>
  );
}

function Detail({ detail: { message, timeline } }: { detail: PageMessageDetail }) {
  const { format, plugin, call } = usePage();
  return (
    <div className="stack lg">
      <Panel title="What happened" flush>
        <MessageTimeline timeline={timeline} format={format} nameOf={() => plugin.name} />
      </Panel>
      <Panel title="Message">
        <MessageView
          message={message}
          format={format}
          elsewhere={
            <Button look="quiet" onClick={() => void call("ui.navigate", { to: { message: message.id } })}>
              Open it in Messages
            </Button>
          }
        />
      </Panel>
    </div>
  );
}
