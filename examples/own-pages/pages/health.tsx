import { HealthPanel, KeyValue, Panel, useConfig } from "@hilum/sdk/ui";

const regions = new Map<unknown, string>([
  ["eu", "Frankfurt"],
  ["us", "Ohio"],
]);

/** The platform's own view of the health, with what this plugin adds: where its provider is. */
export function HealthPage() {
  const { data } = useConfig();
  const { region, perMinute }: Record<string, unknown> = { ...data?.defaults, ...data?.values };
  return (
    <HealthPanel>
      <Panel title="The provider">
        <KeyValue
          rows={{
            Region: regions.get(region) ?? "not chosen",
            "Messages a minute": typeof perMinute === "number" ? `${perMinute} at most` : undefined,
          }}
        />
      </Panel>
    </HealthPanel>
  );
}
