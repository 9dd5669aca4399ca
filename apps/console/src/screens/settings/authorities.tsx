import { Button, Textarea } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { Panel } from "../../look/panel.tsx";

interface AuthoritiesProps {
  authorities: readonly string[];
  readOnly: boolean;
  errorOf(at: number): string | undefined;
  onChange(authorities: string[]): void;
}

const authoritiesMax = 20;

/** Certificate authorities of the organisation's own, beside the public ones. */
export function Authorities({ authorities, readOnly, errorOf, onChange }: AuthoritiesProps) {
  return (
    <Panel title="Certificate authorities of your own">
      <div className="stack md">
        <p className="dim prose">
          A server that a plugin asks Hilum to call must show a certificate of a public authority. If your own servers
          have certificates of your own authority, add it here. It then counts for every destination.
        </p>
        {authorities.length === 0 && <p>None: the public authorities alone.</p>}
        {authorities.map((pem, at) => (
          <div key={at} className="stack sm" role="group" aria-label={`Authority ${at + 1}`}>
            <Textarea
              label={`Certificate ${at + 1} (PEM)`}
              placeholder="-----BEGIN CERTIFICATE-----"
              required
              rows={4}
              disabled={readOnly}
              spellCheck={false}
              autoCapitalize="none"
              value={pem}
              error={errorOf(at)}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
              onChange={(event) => {
                const next = event.currentTarget.value;
                onChange(authorities.map((known, place) => (place === at ? next : known)));
              }}
            />
            <div className="row">
              <Button
                variant="subtle"
                disabled={readOnly}
                leftSection={<IconX size={16} aria-hidden />}
                aria-label={`Remove certificate ${at + 1}`}
                onClick={() => onChange(authorities.filter((_, place) => place !== at))}
              >
                Remove
              </Button>
            </div>
          </div>
        ))}
        <div className="row">
          <Button
            disabled={readOnly || authorities.length >= authoritiesMax}
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => onChange([...authorities, ""])}
          >
            Add an authority
          </Button>
        </div>
      </div>
    </Panel>
  );
}
