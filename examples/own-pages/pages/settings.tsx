import { Notice, Panel, SettingsForm, useConfig, usePage } from "@hilum/sdk/ui";

/** The form that the manifest describes, with something beside it that only this plugin knows: what a message will look like. */
export function SettingsPage() {
  const { instance } = usePage();
  return (
    <div className="stack lg">
      {instance.testMode && (
        <Notice tone="info" title="Test mode" todo="Messages are marked as tests; nothing else differs." />
      )}
      <SettingsForm title="Account and messages" />
      <Preview />
    </div>
  );
}

function Preview() {
  const { data } = useConfig();
  const signature = typeof data?.values["signature"] === "string" ? data.values["signature"] : "";
  return (
    <Panel title="How a message ends">
      <p className="bubble">{`See you on Monday at nine.${signature === "" ? "" : `\n\n${signature}`}`}</p>
      <p className="small dim">As saved. Save a new signature to see it here.</p>
    </Panel>
  );
}
