import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { AuditSearch } from "../../routes/audit.ts";
import { oneOf, present, without } from "../../text/search.ts";

const fields = [
  ["actor", "Who", "user:ana"],
  ["action", "What", "sendMessage"],
  ["plugin", "Plugin", "org.hilum.smtp"],
  ["request", "Request ID", ""],
] as const;

const decisions = [
  ["", "Any"],
  ["allow", "Allowed"],
  ["deny", "Denied"],
] as const;

const startOfToday = (): string => {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  return start.toISOString();
};

/** Filters stand in the address, so that a search can be sent to somebody else. */
export function AuditFilters({ search, onChange }: { search: AuditSearch; onChange(next: AuditSearch): void }) {
  const kept = without(search, "cursor", "entry");
  const [form, setForm] = useState<AuditSearch>(kept);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange(
      present(
        Object.fromEntries(Object.entries(form).map(([name, value]) => [name, value === "" ? undefined : value])),
      ),
    );
  };
  const decide = (decision: AuditSearch["decision"]): void => {
    setForm({ ...without(form, "decision"), ...(decision !== undefined && { decision }) });
    onChange({ ...without(kept, "decision"), ...(decision !== undefined && { decision }) });
  };
  const since = (from: string | undefined): void =>
    onChange({ ...without(kept, "from"), ...(from !== undefined && { from }) });
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
        data={decisions.map(([value, text]) => ({ value, label: text }))}
        value={search.decision ?? ""}
        onChange={(event) => decide(oneOf(event.currentTarget.value, ["allow", "deny"]))}
      />
      <Button type="submit">Search</Button>
      <button
        type="button"
        className="chip"
        aria-pressed={search.from !== undefined}
        onClick={() => since(search.from === undefined ? startOfToday() : undefined)}
      >
        Since today
      </button>
      <button
        type="button"
        className="chip"
        aria-pressed={search.decision === "deny"}
        onClick={() => decide(search.decision === "deny" ? undefined : "deny")}
      >
        Denied
      </button>
    </form>
  );
}
