import type { Instance, PluginDetail } from "@hilum/contract/api";
import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { useGo } from "../../shell/go.tsx";
import { many } from "../../text/format.ts";
import { instancePart, instanceQuery } from "./plugin-page.tsx";
import { Dialog } from "../../shell/dialog.tsx";

export type InstanceDialog = "disable" | "restart" | "duplicate" | "remove" | "removeInstance";

interface DialogProps {
  detail: PluginDetail;
  instance: Instance;
  onClose(): void;
}

export function InstanceDialogs({ dialog, ...props }: DialogProps & { dialog: InstanceDialog }) {
  if (dialog === "disable") return <DisableDialog {...props} />;
  if (dialog === "restart") return <RestartDialog {...props} />;
  if (dialog === "duplicate") return <DuplicateDialog {...props} />;
  return dialog === "remove" ? <RemoveDialog {...props} /> : <RemoveInstanceDialog {...props} />;
}

const nameOf = ({ detail, instance }: DialogProps): string =>
  detail.instances.length > 1 ? `${detail.name}, ${instance.title}` : detail.name;

function DisableDialog(props: DialogProps) {
  const { detail, instance, onClose } = props;
  const disable = useAct("disableInstance", `${nameOf(props)} is disabled`);
  const input = { params: { plugin: detail.id }, query: instanceQuery(instance.instance) };
  return (
    <ConfirmDialog
      title={`Disable ${nameOf(props)}?`}
      confirm="Disable"
      reason="optional"
      running={disable.running}
      problem={disable.problem}
      onClose={onClose}
      onConfirm={(reason) =>
        void disable
          .run({ ...input, body: reason === "" ? {} : { reason } })
          .then((answer) => answer !== undefined && onClose())
      }
    >
      Calls that run are finished first. Messages for it wait in the queue and go out when it is enabled again. Settings
      and access stay.
    </ConfirmDialog>
  );
}

function RestartDialog(props: DialogProps) {
  const { detail, instance, onClose } = props;
  const restart = useAct("restartInstance", `${nameOf(props)} was restarted`);
  return (
    <ConfirmDialog
      title={`Restart ${nameOf(props)}?`}
      confirm="Restart"
      running={restart.running}
      problem={restart.problem}
      onClose={onClose}
      onConfirm={() =>
        void restart
          .run({ params: { plugin: detail.id }, query: instanceQuery(instance.instance) })
          .then((answer) => answer !== undefined && onClose())
      }
    >
      Its process is stopped and started again.
      {instance.state === "quarantined" &&
        " The quarantine is lifted; if the cause is still there, it comes back."}{" "}
      What was in flight is tried again, or marked uncertain where it may have gone out.
    </ConfirmDialog>
  );
}

const instanceName = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

function DuplicateDialog({ detail, onClose }: DialogProps) {
  const create = useAct("createInstance", (answer) => `Instance ${answer.title} made`);
  const go = useGo();
  const [title, setTitle] = useState("");
  const [name, setName] = useState<string>();
  const proposed =
    name ??
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 40);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await create.run({ params: { plugin: detail.id }, body: { instance: proposed, title: title.trim() } });
    if (made === undefined) return;
    onClose();
    go(`/plugins/${detail.id}${instancePart(made.instance)}`);
  };
  return (
    <Dialog onClose={onClose} title={`Another instance of ${detail.name}`}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {create.problem !== null && <ApiProblemPanel problem={create.problem} />}
        <p className="dim">
          For a second account or another purpose. It has settings, access, health and tokens of its own, and starts
          with none of them.
        </p>
        <TextInput
          label="Title"
          description="For example: After hours"
          required
          maxLength={80}
          data-autofocus
          value={title}
          error={problemAt(create.problem, "/title")}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextInput
          label="Name in addresses"
          description="Small letters, digits and hyphens."
          required
          spellCheck={false}
          value={proposed}
          error={
            problemAt(create.problem, "/instance") ??
            (proposed !== "" && !instanceName.test(proposed)
              ? "Small letters, digits and hyphens, at most 40."
              : undefined)
          }
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={create.may} running={create.running}>
            Make the instance
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}

function RemoveDialog({ detail, onClose }: DialogProps) {
  const remove = useAct("removePlugin", `${detail.name} was removed`);
  const go = useGo();
  const submit = async (reason: string): Promise<void> => {
    if ((await remove.run({ params: { plugin: detail.id }, body: { reason } })) === undefined) return;
    onClose();
    go("/plugins");
  };
  return (
    <ConfirmDialog
      title={`Remove ${detail.name}?`}
      confirm="Remove the plugin"
      danger
      reason="required"
      running={remove.running}
      problem={remove.problem}
      onClose={onClose}
      onConfirm={(reason) => void submit(reason)}
    >
      <div className="stack sm">
        <p>
          <b className="strong">Goes:</b> {many(detail.instances.length, "instance")}, settings, secrets, private state,
          tokens and grants. This cannot be undone.
        </p>
        <p>
          <b className="strong">Stays:</b> messages with their timelines, and every audit entry.
        </p>
        <p>Channels routed to it have no provider afterwards; their messages wait until you choose another.</p>
      </div>
    </ConfirmDialog>
  );
}

function RemoveInstanceDialog(props: DialogProps) {
  const { detail, instance, onClose } = props;
  const remove = useAct("removeInstance", `Instance ${instance.title} was removed`);
  const go = useGo();
  const submit = async (reason: string): Promise<void> => {
    if (
      (await remove.run({ params: { plugin: detail.id, instance: instance.instance }, body: { reason } })) === undefined
    )
      return;
    onClose();
    const left = detail.instances.find((candidate) => candidate.instance !== instance.instance);
    go(`/plugins/${detail.id}${instancePart(left?.instance ?? "default")}`);
  };
  return (
    <ConfirmDialog
      title={`Remove instance ${instance.title}?`}
      confirm="Remove the instance"
      danger
      reason="required"
      running={remove.running}
      problem={remove.problem}
      onClose={onClose}
      onConfirm={(reason) => void submit(reason)}
    >
      Its settings, secrets, access and tokens go and cannot be brought back. The plugin and its other instances stay.
    </ConfirmDialog>
  );
}
