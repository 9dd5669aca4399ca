import type { Dashboard } from "@hilum/contract/api";
import { IconCheck } from "@tabler/icons-react";
import { Panel } from "../../look/panel.tsx";
import { GoButton } from "../../shell/go.tsx";

type Item = Dashboard["checklist"][number];
const does: Record<Item["id"], string> = {
  secure_account: "Set up one-time codes",
  add_plugin: "Choose a plugin",
  enable_plugin: "Go to the plugin",
  send_message: "Send a message",
  verify_audit: "Verify the log",
};

/** The first steps after the set-up. The first open one is the next best action. */
export function Checklist({ items }: { items: readonly Item[] }) {
  const done = items.filter((item) => item.done).length;
  const next = items.find((item) => !item.done)?.id;
  return (
    <Panel title="Get ready" flush end={<span className="small dim">{`${done} of ${items.length} done`}</span>}>
      <div style={{ padding: "0 20px 16px" }}>
        <div className="segbar thin" aria-hidden>
          {items.map((item) => (
            <i key={item.id} data-tone={item.done ? "ok" : undefined} />
          ))}
        </div>
      </div>
      <ol className="steps" style={{ padding: "4px 20px 20px", borderTop: 0 }}>
        {items.map((item, at) => (
          <li key={item.id} data-done={item.done || undefined} aria-current={item.id === next ? "step" : undefined}>
            <span className="dot" aria-hidden>
              {item.done ? <IconCheck size={16} stroke={2.5} /> : at + 1}
            </span>
            <div className="row between top" style={{ gap: "8px 20px" }}>
              <div className="say">
                <h3 className="s1">
                  {item.title}
                  {item.done && <span className="vh"> (done)</span>}
                </h3>
                <p className="small dim">{item.text}</p>
              </div>
              {!item.done && (
                <GoButton to={item.to} variant={item.id === next ? "filled" : "default"}>
                  {does[item.id]}
                </GoButton>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
