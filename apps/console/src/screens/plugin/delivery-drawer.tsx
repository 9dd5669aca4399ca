import type { HookDeliveryDetail } from "@hilum/contract/api";
import { Drawer } from "@mantine/core";
import { IconCopy, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue } from "../../look/panel.tsx";
import { Problem } from "../../look/problem.tsx";
import { Status, toneOf } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { copyText } from "../../shell/copy.ts";
import { Loaded } from "../../shell/loaded.tsx";
import { bytes, duration, exactly } from "../../text/format.ts";
import { explainDelivery, originWords, verdictOf } from "../../text/hook-words.ts";
import { instanceQuery } from "./plugin-page.tsx";

interface DeliveryDrawerProps {
  plugin: string;
  instance: string;
  delivery: string;
  onOpen(delivery: string): void;
  onClose(): void;
}

/** One delivery with its headers and body. Reading it is written into the audit log; handing it over again is asked first. */
export function DeliveryDrawer({ plugin, instance, delivery, onOpen, onClose }: DeliveryDrawerProps) {
  const input = { params: { plugin, delivery }, query: instanceQuery(instance) };
  const detail = useRead("getHookDelivery", input);
  const replay = useAct("replayHookDelivery", (answer) => `Handed over again: ${verdictOf(answer)[1].toLowerCase()}`);
  const [asking, setAsking] = useState(false);
  const confirm = async (): Promise<void> => {
    const answer = await replay.run(input);
    if (answer === undefined) return;
    setAsking(false);
    onOpen(answer.id);
  };
  return (
    <>
      <Drawer opened onClose={onClose} title="Delivery" position="right" size={640}>
        <Loaded query={detail} what="the delivery">
          {(data) => (
            <div className="stack lg">
              <Explanation delivery={data} />
              <Facts delivery={data} onOpen={onOpen} />
              <Content delivery={data} />
              <div className="row">
                <ActButton
                  may={replay.may}
                  blocked={blockedBy(data)}
                  leftSection={<IconPlayerPlay size={16} aria-hidden />}
                  onClick={() => setAsking(true)}
                >
                  Replay
                </ActButton>
              </div>
            </div>
          )}
        </Loaded>
      </Drawer>
      {asking && (
        <ConfirmDialog
          title="Hand this delivery to the plugin again?"
          confirm="Replay"
          running={replay.running}
          problem={replay.problem}
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        >
          The plugin gets it as it came{detail.data === undefined ? "" : ` on ${exactly(detail.data.at)}`}. If it acted
          on it then, it may act a second time. The vendor is not told. This cannot be undone.
        </ConfirmDialog>
      )}
    </>
  );
}

const notReplayable = {
  signature: "Its signature was not right: it is never handed over.",
  no_content: "Nothing of it was read, so there is nothing to hand over.",
} as const;

const blockedBy = ({ notReplayable: why }: HookDeliveryDetail): string | undefined =>
  why === undefined ? undefined : notReplayable[why];

function Explanation({ delivery }: { delivery: HookDeliveryDetail }) {
  const explained = explainDelivery(delivery);
  const [word, text] = verdictOf(delivery);
  if (explained === undefined) return null;
  return <Problem tone={toneOf(word)} level={3} title={text} why={explained.why} todo={explained.todo} />;
}

function Facts({ delivery, onOpen }: { delivery: HookDeliveryDetail; onOpen(delivery: string): void }) {
  const { replayOf } = delivery;
  const [word, text] = verdictOf(delivery);
  return (
    <KeyValue
      rows={{
        Result:
          explainDelivery(delivery) !== undefined ? undefined : (
            <Status word={word} quiet={word === "Passed"}>
              {text}
            </Status>
          ),
        Arrived: exactly(delivery.at),
        From: originWords[delivery.origin],
        "Replay of":
          replayOf === undefined ? undefined : (
            <button type="button" className="tbtn" onClick={() => onOpen(replayOf)}>
              the delivery {replayOf}
            </button>
          ),
        Answered: String(delivery.status),
        Took: duration(delivery.durationMs),
        Size: bytes(delivery.bytes),
        Address: delivery.content === undefined ? undefined : <code>{delivery.content.target}</code>,
        Delivery: <code>{delivery.id}</code>,
      }}
    />
  );
}

function Content({ delivery: { content, answer, verdict } }: { delivery: HookDeliveryDetail }) {
  if (content === undefined) return <p className="dim">Nothing of it was read, so nothing of it was kept.</p>;
  const { headers, body } = content;
  const text = "text" in body ? body.text : body.base64;
  const names = Object.entries(headers);
  return (
    <>
      <section className="stack sm">
        <h3>Headers</h3>
        <pre className="reply" tabIndex={0} role="region" aria-label="Headers">
          {names.length === 0 ? "none that are kept" : names.map(([name, value]) => `${name}: ${value}`).join("\n")}
        </pre>
      </section>
      <section className="stack sm">
        <h3>Body</h3>
        {verdict === "bad_signature" && <p className="small dim">Of a refused one only the beginning is kept.</p>}
        {"base64" in body && <p className="small dim">It is no text, so it stands here as base64.</p>}
        <pre className="reply" tabIndex={0} role="region" aria-label="Body">
          {text === "" ? "empty" : text}
        </pre>
        <div className="row">
          <button type="button" className="tbtn" onClick={() => void copyText(text, "Body copied")}>
            <IconCopy size={14} aria-hidden />
            Copy the body
          </button>
        </div>
      </section>
      {answer !== undefined && (
        <section className="stack sm">
          <h3>What the plugin answered</h3>
          <p className="small dim">{answer.contentType}</p>
          <pre className="reply" tabIndex={0} role="region" aria-label="What the plugin answered">
            {answer.text}
          </pre>
        </section>
      )}
    </>
  );
}
