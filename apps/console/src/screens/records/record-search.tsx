import { Button, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { RecordsSearch } from "../../routes/records.ts";
import { present } from "../../text/search.ts";
import type { AnswerById } from "../../api/call.ts";
import type { Terms } from "./use-browse.ts";

export type SearchKey = AnswerById<"browseRecords">["keys"][number];
type Narrowing = Pick<RecordsSearch, "patient" | "category" | "from" | "before">;

const wordMin = 3;
/** Each key with what it finds; the first two are of a patient and stay out of the address. */
const fields = [
  ["identifier", "Number", "Whole, or system|number"],
  ["name", "Name", "First letters, three at least"],
  ["patient", "Patient’s id", ""],
  ["category", "Category", "Code, or system|code"],
] as const;

interface RecordSearchProps {
  keys: readonly SearchKey[];
  terms: Terms;
  narrowing: Narrowing;
  onSearch(terms: Terms, narrowing: Narrowing): void;
}

/** Looks for records by what the store can answer without opening them all. */
export function RecordSearchForm({ keys, terms, narrowing, onSearch }: RecordSearchProps) {
  const [form, setForm] = useState<Record<string, string>>({
    ...terms,
    ...narrowing,
    from: narrowing.from?.slice(0, 10) ?? "",
    before: narrowing.before?.slice(0, 10) ?? "",
  });
  const [tried, setTried] = useState(false);
  const valueOf = (key: SearchKey): string => (form[key] ?? "").trim();
  const faultOf = (key: SearchKey): string | undefined =>
    valueOf(key) !== "" && key !== "patient" && valueOf(key).length < wordMin
      ? `Write at least ${wordMin} characters.`
      : undefined;
  const given = (key: SearchKey): string | undefined =>
    keys.includes(key) && valueOf(key) !== "" ? valueOf(key) : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (fields.some(([key]) => faultOf(key) !== undefined)) return;
    onSearch(present({ identifier: given("identifier"), name: given("name") }), {
      ...present({
        patient: given("patient"),
        category: given("category"),
        from: startOf(given("from")),
        before: startOf(given("before")),
      }),
    });
  };
  const clear = (): void => {
    setForm({});
    onSearch({}, {});
  };
  const set = (key: string, value: string): void => setForm({ ...form, [key]: value });
  const narrowed = Object.keys(terms).length + Object.keys(narrowing).length > 0;
  const shown = fields.filter(([key]) => keys.includes(key));
  return (
    <form className="filters bottom" onSubmit={submit} role="search" aria-label="Search these records" noValidate>
      {shown.map(([key, label, placeholder], at) => (
        <TextInput
          key={key}
          label={label}
          placeholder={placeholder}
          w={200}
          autoComplete="off"
          spellCheck={false}
          {...(at === 0 && { "data-page-search": true, leftSection: <IconSearch size={16} aria-hidden /> })}
          value={form[key] ?? ""}
          error={tried ? faultOf(key) : undefined}
          onChange={(event) => set(key, event.currentTarget.value)}
        />
      ))}
      {keys.includes("from") && (
        <TextInput
          type="date"
          label="Written since"
          w={150}
          value={form["from"] ?? ""}
          onChange={(event) => set("from", event.currentTarget.value)}
        />
      )}
      {keys.includes("before") && (
        <TextInput
          type="date"
          label="Written before"
          w={150}
          value={form["before"] ?? ""}
          onChange={(event) => set("before", event.currentTarget.value)}
        />
      )}
      <Button type="submit">Search</Button>
      {narrowed && (
        <Button variant="subtle" onClick={clear}>
          Show all
        </Button>
      )}
    </form>
  );
}

/** The start of a day where the person is. */
function startOf(day: string | undefined): string | undefined {
  const at = day === undefined ? undefined : new Date(`${day}T00:00:00`);
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
