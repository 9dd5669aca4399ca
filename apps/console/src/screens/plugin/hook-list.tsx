import type { Hook } from "@hilum/contract/api";
import { IconCopy, IconSend } from "@tabler/icons-react";
import { Panel } from "../../look/panel.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { bytes, duration, exactly, moment } from "../../text/format.ts";
import { verdictOf } from "../../text/hook-words.ts";

interface HookListProps {
  items: readonly Hook[];
  plugin: string;
  instance: string;
  onTest(hook: Hook): void;
}

/** Each hook: the address for the vendor, how it signs, whether that can be checked, and what came last. */
export function HookList({ items, ...rest }: HookListProps) {
  return (
    <Panel title="Addresses for the vendor" flush>
      <ul className="hooks">
        {items.map((hook) => (
          <HookRow key={hook.id} hook={hook} {...rest} />
        ))}
      </ul>
    </Panel>
  );
}

const whyNot = {
  key_not_set: "Its secret is not set.",
  vendor_only: "Only the vendor can sign: send a test from the vendor’s page.",
} as const;

function HookRow({ hook, plugin, instance, onTest }: { hook: Hook } & Omit<HookListProps, "items">) {
  const may = useMay("sendTestDelivery");
  return (
    <li>
      <div className="what">
        <h3>{hook.title}</h3>
        {hook.phi && <span className="tag">patient data</span>}
        <KeyState hook={hook} plugin={plugin} instance={instance} />
      </div>
      <div className="address">
        <code>{hook.address}</code>
        <button
          type="button"
          className="tbtn"
          aria-label={`Copy the address of ${hook.title}`}
          onClick={() => void copyText(hook.address, "Address copied")}
        >
          <IconCopy size={14} aria-hidden />
          Copy
        </button>
      </div>
      <p className="small dim">
        {hook.plain}. At most {bytes(hook.bytesMax)}, not older than {duration(hook.replaySeconds * 1000)}.
      </p>
      <div className="foot">
        <Last hook={hook} />
        <div className="row">
          {hook.notTestable === "vendor_only" && <span className="small dim">{whyNot.vendor_only}</span>}
          <ActButton
            compact
            size="compact-sm"
            may={may}
            blocked={hook.notTestable === undefined ? undefined : whyNot[hook.notTestable]}
            leftSection={<IconSend size={15} aria-hidden />}
            label={`Send a test delivery to ${hook.title}`}
            onClick={() => onTest(hook)}
          >
            Send a test delivery
          </ActButton>
        </div>
      </div>
    </li>
  );
}

function KeyState({ hook: { key }, plugin, instance }: { hook: Hook; plugin: string; instance: string }) {
  if (key.set)
    return (
      <Status word="On" quiet>
        {key.title} is set
      </Status>
    );
  const query = new URLSearchParams({ ...(instance !== "default" && { instance }), field: key.setting });
  return (
    <>
      <Status word="Missing">{key.title} is not set</Status>
      <Go className="small" to={`/plugins/${plugin}/settings?${query}`}>
        Enter it
      </Go>
    </>
  );
}

function Last({ hook: { last } }: { hook: Hook }) {
  if (last === undefined) return <span className="small dim">Nothing arrived yet.</span>;
  const [word, text] = verdictOf(last);
  return (
    <span className="row small">
      <span className="dim">
        Last{" "}
        <time dateTime={last.at} title={exactly(last.at)}>
          {moment(last.at)}
        </time>
      </span>
      <Status word={word} quiet={word === "Passed"}>
        {text}
      </Status>
    </span>
  );
}
