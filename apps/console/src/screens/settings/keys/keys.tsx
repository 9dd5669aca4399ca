import { useRead } from "../../../api/use-api.ts";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { SettingsTabs } from "../settings-tabs.tsx";
import { Attachments } from "./attachments.tsx";
import { DataKeys } from "./data-keys.tsx";
import { Holder } from "./holder.tsx";
import { RotationPanel } from "./rotation-panel.tsx";

const whileRotatingMs = 1000;

export function KeysScreen() {
  return (
    <Guarded operation="getKeys" title="Encryption keys">
      <Keys />
    </Guarded>
  );
}

function Keys() {
  const settled = useRead("getKeys", {});
  const isRotating = settled.data?.rotation?.state === "running";
  const keys = useRead("getKeys", {}, { everyMs: isRotating ? whileRotatingMs : undefined });
  return (
    <Page
      title="Encryption keys"
      lead="Everything that is kept here is sealed with a data key. Data keys are themselves wrapped by a key that is kept elsewhere."
      crumbs={[{ text: "Settings", to: "/settings" }]}
      tabs={<SettingsTabs at="Encryption keys" />}
      reads={[keys]}
      calls={[["getKeys"], ["rotateKeys"], ["stopKeyRotation"]]}
      offers={["rotateKeys", "setKeyProvider", "setAttachmentPlace"]}
    >
      <Loaded query={keys} what="the keys">
        {(answer) => (
          <div className="stack lg">
            <RotationPanel rotation={answer.rotation} />
            <DataKeys keys={answer.keys} />
            <Holder status={answer.provider} />
            <Attachments place={answer.attachments} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}
