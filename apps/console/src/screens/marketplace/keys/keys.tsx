import "../marketplace.css";
import { IconDownload, IconKey, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { saveFile } from "../../../api/call.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Page } from "../../../shell/page.tsx";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { CreateKeyDialog, keyFileName } from "./create-key-dialog.tsx";
import { keyRing, useKeyRing, type HeldKey } from "./key-ring.ts";
import { publicHalfOf } from "./public-half.ts";
import { RootProposalPanel } from "./root-proposal-panel.tsx";
import { UnlockKey } from "./unlock-key.tsx";

/** Signing keys: made, backed up, opened and used in this browser. There is no operation for them, because nothing is sent. */
export function SigningKeysScreen() {
  const held = useKeyRing();
  const [making, setMaking] = useState(false);
  return (
    <Page
      title="Signing keys"
      lead="Keys that publish or keep a marketplace. They live in files that you keep; here they are opened for a while, in this tab alone."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Keys" />}
      commands={[{ id: "make", label: "Make a signing key", words: "create new", run: () => setMaking(true) }]}
      actions={
        <ActButton
          variant={held.length === 0 ? "filled" : "default"}
          leftSection={<IconKey size={17} aria-hidden />}
          onClick={() => setMaking(true)}
        >
          Make a key
        </ActButton>
      }
    >
      <div className="grid">
        <div className="stack lg">
          <Panel
            title="Unlocked in this tab"
            flush
            end={
              held.length > 0 ? (
                <ActButton
                  size="compact-sm"
                  leftSection={<IconLock size={15} aria-hidden />}
                  onClick={() => keyRing.clear()}
                >
                  Lock all
                </ActButton>
              ) : undefined
            }
            foot={<span>Let go after 15 minutes without use, when you sign out, and with this tab.</span>}
          >
            {held.length === 0 ? (
              <Empty title="No key is open">Unlock a key file beside, or make a new key.</Empty>
            ) : (
              <ul>
                {held.map((one) => (
                  <HeldRow key={one.key.id} held={one} />
                ))}
              </ul>
            )}
          </Panel>
          <RootProposalPanel />
        </div>
        <div className="stack lg">
          <Panel title="Unlock a key">
            <UnlockKey />
          </Panel>
          <Panel title="Where keys belong">
            <ul className="stack sm small">
              <li>Root keys: with several people, offline, two copies each. They are needed once or twice a year.</li>
              <li>Targets key: with who decides which publishers there are.</li>
              <li>Snapshot and timestamp keys: with who signs every week.</li>
              <li>Publisher’s key: with who makes the plugins.</li>
            </ul>
          </Panel>
        </div>
      </div>
      {making && <CreateKeyDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function HeldRow({ held: { key, file } }: { held: HeldKey }) {
  const saveBackup = (): void =>
    saveFile(new Blob([JSON.stringify(file, undefined, 2)], { type: "application/json" }), keyFileName(file.title));
  const savePublic = async (): Promise<void> =>
    saveFile(
      new Blob([JSON.stringify(await publicHalfOf(file), undefined, 2)], { type: "application/json" }),
      keyFileName(file.title).replace(".key.json", ".public.json"),
    );
  return (
    <li className="ev" data-tone="ok">
      <span className="ic">
        <IconKey size={19} aria-hidden />
      </span>
      <div>
        <h3>
          {file.title} {file.test && <Status word="Test keys" />}
        </h3>
        <code className="small dim">
          {key.id
            .match(/.{1,8}/g)
            ?.slice(0, 4)
            .join(" ")}
          …
        </code>
      </div>
      <div className="end row">
        <ActButton
          size="compact-sm"
          label={`Save a copy of ${file.title}`}
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={saveBackup}
        >
          Back up
        </ActButton>
        <ActButton size="compact-sm" label={`Save the public half of ${file.title}`} onClick={() => void savePublic()}>
          Public half
        </ActButton>
        <ActButton size="compact-sm" label={`Lock ${file.title}`} onClick={() => keyRing.letGo(key.id)}>
          Lock
        </ActButton>
      </div>
    </li>
  );
}
