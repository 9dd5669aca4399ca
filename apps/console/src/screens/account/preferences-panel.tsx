import type { Preferences } from "@hilum/contract/api";
import { Checkbox, NativeSelect } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { useAccount } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";

const themes = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;
const contrasts = [
  ["system", "As the system"],
  ["more", "More contrast"],
] as const;
const fonts = [
  ["atkinson", "Atkinson Hyperlegible"],
  ["system", "The system’s font"],
  ["opendyslexic", "OpenDyslexic"],
] as const;
const sizes = [90, 100, 110, 125, 150, 175, 200] as const;
const motions = [
  ["system", "As the system"],
  ["reduced", "Reduced"],
] as const;

const options = (list: readonly (readonly [string, string])[]) => list.map(([value, label]) => ({ value, label }));
/** The preference that leaves the zone to the browser. */
const browserZone = "system";
const zones = Intl.supportedValuesOf("timeZone");

/** How the console looks and reads for one person. */
export function PreferencesPanel() {
  const { preferences } = useAccount();
  const save = useAct("savePreferences", "Preferences saved");
  const [form, setForm] = useState<Preferences>(preferences);
  const set = (part: Partial<Preferences>): void => setForm({ ...form, ...part });
  const changed = JSON.stringify(form) !== JSON.stringify(preferences);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run({ body: form });
  };
  const zoneList = zones.includes(form.timeZone) || form.timeZone === browserZone ? zones : [form.timeZone, ...zones];
  return (
    <Panel title="Preferences">
      <form className="stack md fields" onSubmit={submit}>
        {save.problem !== null && <ApiProblemPanel problem={save.problem} />}
        <NativeSelect
          label="Theme"
          data={options(themes)}
          value={form.theme}
          onChange={(event) => set({ theme: event.currentTarget.value as Preferences["theme"] })}
        />
        <NativeSelect
          label="Contrast"
          data={options(contrasts)}
          value={form.contrast}
          onChange={(event) => set({ contrast: event.currentTarget.value as Preferences["contrast"] })}
        />
        <NativeSelect
          label="Font"
          description="Atkinson Hyperlegible keeps letters apart that look alike. OpenDyslexic weights their bottoms."
          data={options(fonts)}
          value={form.font}
          onChange={(event) => set({ font: event.currentTarget.value as Preferences["font"] })}
        />
        <NativeSelect
          label="Text size"
          data={sizes.map((size) => ({ value: String(size), label: `${size} %` }))}
          value={String(form.textSize)}
          onChange={(event) => set({ textSize: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          label="Motion"
          data={options(motions)}
          value={form.motion}
          onChange={(event) => set({ motion: event.currentTarget.value as Preferences["motion"] })}
        />
        <NativeSelect
          label="Time zone"
          description="All times of the console are shown in it."
          data={[
            { value: browserZone, label: `As this browser (${new Intl.DateTimeFormat().resolvedOptions().timeZone})` },
            ...zoneList.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
          ]}
          value={form.timeZone}
          onChange={(event) => set({ timeZone: event.currentTarget.value })}
        />
        <Checkbox
          label="Single-key shortcuts"
          description="For example ? for the keyboard sheet and g then p for Plugins. Shortcuts with Ctrl stay."
          checked={form.shortcuts}
          onChange={(event) => set({ shortcuts: event.currentTarget.checked })}
        />
        <div className="row">
          <ActButton
            type="submit"
            variant="filled"
            running={save.running}
            blocked={changed ? undefined : "Nothing changed."}
          >
            Save preferences
          </ActButton>
        </div>
      </form>
    </Panel>
  );
}
