import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { AuditSearch } from "../../routes.tsx";

const fields = [
  ["actor", "Who", "user:ana"],
  ["action", "What", "sendMessage"],
  ["plugin", "Plugin", "org.hilum.smtp"],
  ["request", "Request ID", ""],
] as const;

const today = (): string => {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  return start.toISOString();
};

/** Filters stand in the address, so that a search can be sent to somebody else. */
export function AuditFilters({ search, onChange }: { search: AuditSearch; onChange(next: AuditSearch): void }) {
  const [form, setForm] = useState<AuditSearch>(search);
  const { cursor: _, ...kept } = search;
  const toggle = (part: AuditSearch): void => {
    const next: Record<string, unknown> = { ...kept };
    for (const [name, value] of Object.entries(part)) {
      if (next[name] === value || (name === "from" && next["from"] !== undefined)) delete next[name];
      else next[name] = value;
    }
    onChange(next as AuditSearch);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const next = Object.entries({ ...kept, ...form }).filter(([name, value]) => value !== undefined && value !== "" && name !== "cursor" && name !== "entry");
    onChange(Object.fromEntries(next) as AuditSearch);
  };
  return (
    <form className="filters bottom" onSubmit={submit} role="search" aria-label="Search the audit log">
      {fields.map(([name, label, placeholder], at) => (
        <TextInput
          key={name}
          label={label}
          placeholder={placeholder}
          w={170}
          spellCheck={false}
          {...(at === 0 && { "data-page-search": true, leftSection: <IconSearch size={16} aria-hidden /> })}
          value={form[name] ?? ""}
          onChange={(event) => setForm({ ...form, [name]: event.currentTarget.value })}
        />
      ))}
      <NativeSelect
        label="Decision"
        w={130}
        data={[
          { value: "", label: "Any" },
          { value: "allow", label: "Allowed" },
          { value: "deny", label: "Denied" },
        ]}
        value={form.decision ?? ""}
        onChange={(event) => {
          const { decision: __, ...rest } = form;
          const { decision: ___, ...others } = kept;
          const value = event.currentTarget.value;
          const part = value === "allow" || value === "deny" ? { decision: value } as const : {};
          setForm({ ...rest, ...part });
          onChange({ ...others, ...part });
        }}
      />
      <Button type="submit">Search</Button>
      <button type="button" className="chip" aria-pressed={search.from !== undefined} onClick={() => toggle({ from: today() })}>
        Since today
      </button>
      <button type="button" className="chip" aria-pressed={search.decision === "deny"} onClick={() => toggle({ decision: "deny" })}>
        Denied
      </button>
    </form>
  );
}
