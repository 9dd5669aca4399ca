import type { FieldGroup, GlassTarget } from "@hilum/contract/api";
import { glassPurposes, type GlassPurpose } from "@hilum/contract";
import { Checkbox, Radio, TextInput } from "@mantine/core";
import { IconLock, IconShieldExclamation } from "@tabler/icons-react";
import { useState } from "react";
import { isApiProblem, type ApiProblem } from "../../../api/api-problem.ts";
import { call, type AnswerById } from "../../../api/call.ts";
import { useAct } from "../../../api/use-api.ts";
import { PasswordField } from "../../../look/password-field.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { PurposeSelect } from "../purpose-select.tsx";
import { ReasonField, reasonFault } from "../reason-field.tsx";
import { fieldWords, maskedClass } from "../record-words.ts";

const groups = ["identity", "contact", "clinical", "documents"] as const satisfies readonly FieldGroup[];
const minuteChoices = [5, 15, 30] as const;
type Minutes = (typeof minuteChoices)[number];

interface GlassDialogProps {
  /** What is opened, masked. */
  title: string;
  /** From the least to the most; the first is chosen. */
  targets: readonly { words: string; target: GlassTarget }[];
  /** Groups that hold something here, least first. */
  fields: readonly FieldGroup[];
  onOpened(glass: AnswerById<"openGlass">): void;
  onClose(): void;
}

/** Asks why, for how long and how little, and for the password, before anything is shown in the clear. */
export function GlassDialog({ title, targets, fields, onOpened, onClose }: GlassDialogProps) {
  const confirm = usePasswordProof();
  const open = useAct("openGlass", "The glass is broken. What you read is written down and reviewed.");
  const [purpose, setPurpose] = useState<GlassPurpose | "">("");
  const [caseReference, setCaseReference] = useState("");
  const [reason, setReason] = useState("");
  const [wanted, setWanted] = useState<readonly FieldGroup[]>(() => [fields[0] ?? "identity"]);
  const [minutes, setMinutes] = useState<Minutes>(5);
  const [targetAt, setTargetAt] = useState(0);
  const [password, setPassword] = useState("");
  const { shown, passes } = useFaults("glass", {
    purpose: purpose === "" ? "Choose why you need it." : undefined,
    reason: reasonFault(reason),
    fields: wanted.length === 0 ? "Choose at least one." : undefined,
    password: password === "" ? "Write your password." : undefined,
  });
  const target = (targets[targetAt] ?? targets[0])?.target;
  const submit = async (): Promise<void> => {
    if (!passes() || purpose === "" || target === undefined) return;
    if (!(await confirm.give(password))) return document.getElementById("glass-password")?.focus();
    const glass = await open.run({
      body: {
        ...{ target, purpose, reason: reason.trim(), fields: [...wanted], minutes },
        ...(caseReference.trim() !== "" && { caseReference: caseReference.trim() }),
      },
    });
    if (glass !== undefined) onOpened(glass);
  };
  return (
    <FormDialog
      title="Break the glass?"
      size={600}
      submit="Break the glass"
      icon={<IconShieldExclamation size={17} aria-hidden />}
      may={open.may}
      running={confirm.running || open.running}
      problem={confirm.problem ?? open.problem}
      beside={
        <span className="small dim row grow">
          <IconLock size={16} aria-hidden />
          Hidden again when you leave
        </span>
      }
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="dim">
        You will see <span className={maskedClass(title)}>{title}</span> in the clear. Your name, your reason and every
        record that you open are written to the audit log, and another person reviews them.
      </p>
      <PurposeSelect<GlassPurpose>
        id="glass-purpose"
        label="Why do you need it?"
        purposes={glassPurposes}
        autoFocus
        value={purpose}
        error={shown.purpose}
        onChange={setPurpose}
      />
      <TextInput
        label="Case reference"
        description="If there is one: an admission, a ticket, an order."
        maxLength={80}
        autoComplete="off"
        value={caseReference}
        onChange={(event) => setCaseReference(event.currentTarget.value)}
      />
      <ReasonField
        id="glass-reason"
        reader="Who reviews it reads it."
        value={reason}
        error={shown.reason}
        onChange={setReason}
      />
      {targets.length > 1 && (
        <Radio.Group label="How much of it?" value={String(targetAt)} onChange={(value) => setTargetAt(Number(value))}>
          <div className="choices">
            {targets.map(({ words }, at) => (
              <Radio key={words} value={String(at)} label={words} />
            ))}
          </div>
        </Radio.Group>
      )}
      <Checkbox.Group
        label="Show only"
        description="A summary that the author wrote is shown where all four are chosen."
        value={[...wanted]}
        error={shown.fields}
        onChange={(value) => setWanted(groups.filter((group) => value.includes(group)))}
      >
        <div className="choices">
          {groups.map((group, at) => (
            <Checkbox
              key={group}
              value={group}
              label={fields.includes(group) ? fieldWords[group] : `${fieldWords[group]} (none here)`}
              {...(at === 0 && { id: "glass-fields" })}
            />
          ))}
        </div>
      </Checkbox.Group>
      <Radio.Group
        label="For how long?"
        value={String(minutes)}
        onChange={(value) => setMinutes(minuteChoices.find((choice) => String(choice) === value) ?? 5)}
      >
        <div className="row choices">
          {minuteChoices.map((choice) => (
            <Radio key={choice} value={String(choice)} label={`${choice} minutes`} />
          ))}
        </div>
      </Radio.Group>
      <PasswordField
        id="glass-password"
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        error={shown.password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** Proves the password anew. It is called straight, for the cache of acts would keep the password a while. */
function usePasswordProof() {
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const give = async (password: string): Promise<boolean> => {
    setRunning(true);
    setProblem(null);
    try {
      await call("stepUp", { body: { password } });
      return true;
    } catch (refusal) {
      if (!isApiProblem(refusal)) throw refusal;
      setProblem(refusal);
      return false;
    } finally {
      setRunning(false);
    }
  };
  return { running, problem, give };
}
