import type { AttachmentPlace, AttachmentPlaceChoice } from "@hilum/contract/api";
import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useState, type ChangeEvent } from "react";
import { problemAt } from "../../../api/api-problem.ts";
import { useAct } from "../../../api/use-api.ts";
import { PasswordField } from "../../../look/password-field.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";

interface Form {
  kind: AttachmentPlace["kind"];
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  authority: string;
}

const empty = { endpoint: "", region: "", bucket: "", accessKeyId: "", secretAccessKey: "", authority: "" };

/** Chooses a folder or a bucket. A bucket is written to and read from before anything is changed. */
export function AttachmentsDialog({ place, onClose }: { place: AttachmentPlace; onClose(): void }) {
  const save = useAct("setAttachmentPlace", "New attachments go there");
  const [form, setForm] = useState<Form>({ ...empty, ...place.bucket, kind: place.kind });
  const submit = (): void => {
    void save.attempt({ body: choiceOf(form) }).then((done) => done && onClose());
  };
  const field = (name: Exclude<keyof Form, "kind">) => ({
    value: form[name],
    error: problemAt(save.problem, `/${name}`),
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setForm({ ...form, [name]: value }),
  });
  const plain = { spellCheck: false, autoCapitalize: "none" } as const;
  return (
    <FormDialog
      title="Where attachments go"
      submit="Use this place"
      may={save.may}
      running={save.running}
      problem={save.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        label="New attachments go to"
        data={[
          { value: "folder", label: "The data folder" },
          { value: "bucket", label: "An S3 bucket" },
        ]}
        value={form.kind}
        onChange={(event) => setForm({ ...form, kind: event.currentTarget.value === "bucket" ? "bucket" : "folder" })}
        data-autofocus
      />
      {form.kind === "bucket" && (
        <>
          <TextInput
            label="Address"
            description="Leave empty for Amazon S3."
            placeholder="https://s3.example.org"
            {...plain}
            {...field("endpoint")}
          />
          <TextInput label="Region" placeholder="eu-central-1" required {...plain} {...field("region")} />
          <TextInput label="Bucket" required {...plain} {...field("bucket")} />
          <TextInput
            label="Access key id"
            description="Of a key that may put, get, list and delete objects in this bucket."
            required
            autoComplete="off"
            {...plain}
            {...field("accessKeyId")}
          />
          <PasswordField label="Secret access key" required autoComplete="off" {...field("secretAccessKey")} />
          <Textarea
            label="Certificate of its authority (PEM)"
            description="Only where its certificate is of an authority of your own."
            rows={3}
            spellCheck={false}
            {...field("authority")}
          />
        </>
      )}
      <p className="small dim">Attachments that are stored stay where they are, and are read from there.</p>
    </FormDialog>
  );
}

function choiceOf({
  kind,
  endpoint,
  region,
  bucket,
  accessKeyId,
  secretAccessKey,
  authority,
}: Form): AttachmentPlaceChoice {
  if (kind === "folder") return { kind };
  return {
    kind,
    region: region.trim(),
    bucket: bucket.trim(),
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(endpoint.trim() !== "" && { endpoint: endpoint.trim() }),
    ...(authority.trim() !== "" && { authority: authority.trim() }),
  };
}
