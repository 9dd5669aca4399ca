import type { PublicationPreview } from "@hilum/contract/api";
import { Checkbox, FileButton, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import type { Chosen } from "./package-step.tsx";

/** What a person says of a version beside what is in the package. */
export interface Said {
  publisher: string;
  changelog: string;
  security: boolean;
  screenshots: readonly { image: string; name: string; alt: string }[];
}

interface ListingStepProps {
  chosen: Chosen;
  said: Said | undefined;
  publishers: readonly string[];
  /** Hears of every change, so that nothing of it is lost. */
  onSaid(said: Said): void;
  onNext(said: Said, preview: PublicationPreview): void;
}

const screenshotsMax = 12;

/** What is new, whether it mends a weakness, and pictures that say what they show. */
export function ListingStep({ chosen, said, publishers, onSaid, onNext }: ListingStepProps) {
  const upload = useAct("uploadPublishedFile", undefined, { refresh: false });
  const preview = useAct("previewPublication", undefined, { refresh: false });
  const [form, setForm] = useState<Said>(
    said ?? { publisher: publishers[0] ?? "", changelog: "", security: false, screenshots: [] },
  );
  const change = (next: Said): void => {
    setForm(next);
    onSaid(next);
  };
  const missing = form.screenshots.findIndex(({ alt }) => alt.trim() === "");
  const { shown, passes } = useFaults("listing", {
    publisher: form.publisher === "" ? "A publisher must be let in first." : undefined,
    [`alt-${missing}`]: missing < 0 ? undefined : "Say what the picture shows.",
  });
  const add = async (files: readonly File[]): Promise<void> => {
    const added: Said["screenshots"][number][] = [];
    for (const file of files) {
      const kept = await upload.run({ bytes: file });
      if (kept !== undefined) added.push({ image: kept.digest, name: file.name, alt: "" });
    }
    change({ ...form, screenshots: [...form.screenshots, ...added].slice(0, screenshotsMax) });
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!passes()) return;
    const answer = await preview.run({
      body: {
        ...{ publisher: form.publisher, package: chosen.digest, security: form.security },
        ...(form.changelog.trim() !== "" && { changelog: form.changelog.trim() }),
        ...(form.screenshots.length > 0 && {
          screenshots: form.screenshots.map(({ image, alt }) => ({ image, alt: alt.trim() })),
        }),
        ...(chosen.conformance && { evidence: { conformance: chosen.conformance } }),
      },
    });
    if (answer !== undefined) onNext(form, answer);
  };
  const problem = upload.problem ?? preview.problem;
  return (
    <Panel title="What is new">
      <form className="stack md fields" onSubmit={(event) => void submit(event)} noValidate>
        {problem !== null && <ApiProblemPanel problem={problem} />}
        {publishers.length === 0 && (
          <Advice title="Nobody may publish yet.">The keeper lets a publisher in under Publish, Publishers.</Advice>
        )}
        <NativeSelect
          id="listing-publisher"
          label="Publisher"
          value={form.publisher}
          error={shown["publisher"]}
          data={[...publishers]}
          onChange={(event) => change({ ...form, publisher: event.currentTarget.value })}
        />
        <Textarea
          label="What changed"
          description="For those who decide about the update. Empty: the changelog of the package."
          autosize
          minRows={4}
          maxLength={20_000}
          value={form.changelog}
          onChange={(event) => change({ ...form, changelog: event.currentTarget.value })}
        />
        <Checkbox
          label="It mends a weakness"
          description="Then it is offered at once everywhere, without the days that others wait. Say above which."
          checked={form.security}
          onChange={(event) => change({ ...form, security: event.currentTarget.checked })}
        />
        {form.screenshots.map(({ image, name, alt }, at) => (
          <div key={image} className="row">
            <TextInput
              id={`listing-alt-${at}`}
              label={`What ${name} shows`}
              description="Read to people who do not see it."
              required
              maxLength={300}
              flex={1}
              value={alt}
              error={shown[`alt-${at}`]}
              onChange={(event) => {
                const text = event.currentTarget.value;
                change({
                  ...form,
                  screenshots: form.screenshots.map((one, index) => (index === at ? { ...one, alt: text } : one)),
                });
              }}
            />
            <button
              type="button"
              className="iconbtn"
              aria-label={`Remove ${name}`}
              onClick={() => change({ ...form, screenshots: form.screenshots.filter((one) => one.image !== image) })}
            >
              <IconX size={16} aria-hidden />
            </button>
          </div>
        ))}
        <div className="row">
          <FileButton
            multiple
            accept="image/png"
            onChange={(files) => void add(files)}
            inputProps={{ "aria-label": "Add pictures", tabIndex: -1 }}
          >
            {(props) => (
              <ActButton
                {...props}
                may={upload.may}
                running={upload.running}
                leftSection={<IconPhoto size={16} aria-hidden />}
              >
                Add pictures
              </ActButton>
            )}
          </FileButton>
          <span className="small dim">PNG, at most {screenshotsMax}. Made-up people only.</span>
        </div>
        <div className="row">
          <ActButton type="submit" variant="filled" may={preview.may} running={preview.running}>
            Show the listing
          </ActButton>
        </div>
      </form>
    </Panel>
  );
}
