import { Button, Modal, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import type { Answered, Ask } from "./ask.ts";

/** A page chooses when a dialog opens: a key that was meant for something else must not agree to it. What must be typed first needs no such pause. */
const armedAfterMs = 500;

interface AskDialogProps {
  ask: Ask;
  /** The plugin whose page wants it. */
  by: string;
  onAnswer(answered: Answered | undefined): void;
}

/** What a page wants to be done, in the console's words, with what would change. Only here are secrets typed. */
export function AskDialog({ ask, by, onAnswer }: AskDialogProps) {
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [recipient, setRecipient] = useState("");
  const [tried, setTried] = useState(false);
  const fields = ask.secrets ?? [];
  const mustType = fields.length > 0 || ask.recipient === true;
  const [armed, setArmed] = useState(mustType);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), armedAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const missing = fields.filter(({ name }) => (secrets[name] ?? "") === "");
  const lacksRecipient = ask.recipient === true && recipient.trim() === "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!armed) return;
    setTried(true);
    if (missing.length > 0 || lacksRecipient) return;
    onAnswer({ secrets, ...(ask.recipient === true && { recipient: recipient.trim() }) });
  };
  return (
    <Modal opened onClose={() => onAnswer(undefined)} title={ask.title}>
      <form className="stack md" onSubmit={submit} noValidate>
        <p className="small dim">The page of {by} asked for this. This dialog is Hilum’s own.</p>
        <p className="prose">{ask.text}</p>
        {ask.quoted !== undefined && (
          <blockquote className="quoted">
            <p className="strong">{ask.quoted.title}</p>
            <p>{ask.quoted.text}</p>
          </blockquote>
        )}
        {ask.changes !== undefined && <Changes changes={ask.changes} secrets={fields.map(({ label }) => label)} />}
        {fields.map(({ name, label, multiline }, at) => (
          <SecretInput
            key={name}
            first={at === 0}
            label={label}
            multiline={multiline}
            value={secrets[name] ?? ""}
            error={tried && (secrets[name] ?? "") === "" ? `Enter ${label}, or cancel.` : undefined}
            onChange={(value) => setSecrets({ ...secrets, [name]: value })}
          />
        ))}
        {ask.recipient === true && (
          <TextInput
            label="Recipient"
            description="Who gets the test message. Use an address of your own."
            required
            autoComplete="off"
            data-autofocus={fields.length === 0 || undefined}
            value={recipient}
            error={tried && lacksRecipient ? "Name who receives it." : undefined}
            onChange={(event) => setRecipient(event.currentTarget.value)}
          />
        )}
        <div className="row end">
          <Button onClick={() => onAnswer(undefined)} data-autofocus={!mustType || undefined}>
            Cancel
          </Button>
          <Button type="submit" variant="filled" color={ask.danger === true ? "bad" : ""}>
            {ask.confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function SecretInput({
  label,
  multiline,
  value,
  error,
  first,
  onChange,
}: {
  first: boolean;
  label: string;
  multiline: boolean;
  value: string;
  error: string | undefined;
  onChange(value: string): void;
}) {
  const shared = {
    label,
    description: "Kept encrypted and not shown again. The page does not see it.",
    required: true,
    autoComplete: "off",
    spellCheck: false,
    "data-autofocus": first || undefined,
    value,
    error,
  };
  return multiline ? (
    <Textarea {...shared} rows={4} onChange={(event) => onChange(event.currentTarget.value)} />
  ) : (
    <PasswordInput {...shared} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

function Changes({ changes, secrets }: { changes: NonNullable<Ask["changes"]>; secrets: readonly string[] }) {
  if (changes.length === 0 && secrets.length === 0) return <p>No setting would change.</p>;
  return (
    <dl className="changes">
      {changes.map(({ label, before, after }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className="dim">{before}</span> <span aria-hidden>→</span> <span className="vh">becomes</span> {after}
          </dd>
        </div>
      ))}
      {secrets.map((label) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>replaced by what you enter here</dd>
        </div>
      ))}
    </dl>
  );
}
