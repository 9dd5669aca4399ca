import type { Channel } from "@hilum/contract/api";
import { email } from "@hilum/contract/fhir";
import { Checkbox, Textarea, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconSend } from "@tabler/icons-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { problemAt, type ApiProblem } from "../../api/api-problem.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Go, GoButton, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { without } from "../../text/search.ts";
import { channelTitle, channelWords } from "../../text/words.ts";
import { AttachmentList } from "./attachment-list.tsx";
import { MessageTabs } from "./message-tabs.tsx";
import { blank, build, letterOf, takenDocument, type Letter } from "./letter.ts";
import { recipientsFault } from "./recipients.ts";
import { RoutePreview } from "./route-preview.tsx";

const route = getRouteApi("/app/messages/compose");
const channels = ["email", "sms", "fax"] as const;

export function ComposeScreen() {
  const { again } = route.useSearch();
  return (
    <Guarded operation="sendMessage" title="Compose a message">
      {again === undefined ? <NewMessage /> : <EditAgain key={again} id={again} />}
    </Guarded>
  );
}

function ComposePage({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <Page
      title={title}
      lead={lead}
      crumbs={[{ text: "Messages", to: "/messages" }]}
      tabs={<MessageTabs at="Compose" />}
      calls={[
        ["sendMessage", { body: email({ to: "ana@example.org", subject: "Hello", text: "Hello" }) }],
        ["listRoutes"],
      ]}
    >
      {children}
    </Page>
  );
}

function NewMessage() {
  const { channel = "email", attach, contentType = "application/octet-stream", size, patient } = route.useSearch();
  const taken = attach === undefined ? [] : [takenDocument(attach, contentType, size)];
  return (
    <ComposePage
      title="Compose a message"
      lead="Once it is accepted it is on disk, and is tried until it is out or you give it up."
    >
      <ComposeForm key={channel} channel={channel} start={{ ...blank, attachments: taken, patient }} />
    </ComposePage>
  );
}

function EditAgain({ id }: { id: string }) {
  const message = useRead("getMessage", { params: { message: id } });
  return (
    <ComposePage
      title="Edit and send again"
      lead="The corrected copy is a new message. The old one stays in the outbox and names it."
    >
      <Loaded query={message} what="the message">
        {(data) => <ComposeForm channel={data.channel} start={letterOf(data)} replaces={data.id} />}
      </Loaded>
    </ComposePage>
  );
}

function ComposeForm({ channel, start, replaces }: { channel: Channel; start: Letter; replaces?: string }) {
  const go = useGo();
  const routes = useRead("listRoutes", {});
  const send = useAct("sendMessage", "Accepted: the message is on its way");
  const resend = useAct("resendMessage", "Accepted: the corrected message is on its way");
  const [letter, setLetter] = useState(start);
  const [tried, setTried] = useState(false);
  // One key for this form: pressing twice, or again after a broken connection, cannot send twice.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const set = (part: Partial<Letter>): void => setLetter((known) => ({ ...known, ...part }));
  const act = replaces === undefined ? send : resend;
  const faults = faultsOf(channel, letter);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    const first = Object.entries(faults).find(([, fault]) => fault !== undefined)?.[0];
    if (first !== undefined) {
      document.getElementById(`compose-${first}`)?.focus();
      return;
    }
    const body = build(channel, letter) as { resourceType: "Communication" };
    const accepted =
      replaces === undefined
        ? await send.run({ body, idempotencyKey })
        : await resend.run({ params: { message: replaces }, body, idempotencyKey });
    if (accepted !== undefined) go(`/messages/${accepted.id}`);
  };
  const target = routes.data?.items.find((item) => item.channel === channel);
  return (
    <form className="grid" onSubmit={(event) => void submit(event)} noValidate>
      <Panel title={replaces === undefined ? "Message" : "Corrected message"}>
        <div className="stack md">
          {act.problem !== null && <ApiProblemPanel problem={act.problem} />}
          {replaces === undefined && <ChannelChips channel={channel} />}
          <LetterFields
            channel={channel}
            letter={letter}
            faults={tried ? faults : {}}
            problem={act.problem}
            onChange={set}
          />
          {channel !== "sms" && (
            <AttachmentList attachments={letter.attachments} onChange={(attachments) => set({ attachments })} />
          )}
          {letter.patient !== undefined && (
            <About patient={letter.patient} test={letter.test} onRemove={() => set({ patient: undefined })} />
          )}
          <Checkbox
            label="This is a test"
            description="It holds nothing of a patient. An instance in test mode is handed test messages alone."
            checked={letter.test}
            onChange={(event) => set({ test: event.currentTarget.checked })}
          />
          <div className="row">
            <ActButton
              type="submit"
              variant="filled"
              may={act.may}
              running={act.running}
              leftSection={<IconSend size={17} aria-hidden />}
            >
              Send
            </ActButton>
            <GoButton to="/messages" variant="subtle">
              Back to the outbox
            </GoButton>
          </div>
        </div>
      </Panel>
      <div className="stack lg">
        <Loaded query={routes} what="the routes">
          {() =>
            target === undefined ? (
              <Advice title="This channel is not served.">{`Hilum has no route for ${channelWords[channel]}.`}</Advice>
            ) : (
              <RoutePreview route={target} />
            )
          }
        </Loaded>
      </div>
    </form>
  );
}

/** Whom it is about: said before it is sent, for the patient's consents are asked. */
function About({ patient, test, onRemove }: { patient: string; test: boolean; onRemove(): void }) {
  return (
    <div className="row">
      <span>
        About{" "}
        <Go to={`/records/patients/${patient}`}>
          <code>{patient}</code>
        </Go>
        {test ? ": left out, for a test is about nobody." : ". The patient’s consents are asked before it leaves."}
      </span>
      <ActButton size="compact-sm" variant="subtle" label="Take out the patient" onClick={onRemove}>
        Take out
      </ActButton>
    </div>
  );
}

function ChannelChips({ channel }: { channel: Channel }) {
  const navigate = route.useNavigate();
  return (
    <div className="row" role="group" aria-label="Channel">
      {channels.map((name) => (
        <button
          key={name}
          type="button"
          className="chip"
          aria-pressed={channel === name}
          onClick={() =>
            void navigate({
              search: (search) => ({ ...without(search, "channel"), ...(name !== "email" && { channel: name }) }),
              replace: true,
            })
          }
        >
          {channelTitle(name)}
        </button>
      ))}
    </div>
  );
}

type Faults = Partial<Record<"to" | "cc" | "bcc" | "subject" | "text", string | undefined>>;

function faultsOf(channel: Channel, letter: Letter): Faults {
  return {
    to: recipientsFault(channel, letter.to, true),
    cc: recipientsFault(channel, letter.cc, false),
    bcc: recipientsFault(channel, letter.bcc, false),
    subject: channel === "email" && letter.subject.trim() === "" ? "Write a subject." : undefined,
    text: letter.text.trim() === "" && letter.attachments.length === 0 ? "Write a text, or attach a file." : undefined,
  };
}

interface LetterFieldsProps {
  channel: Channel;
  letter: Letter;
  faults: Faults;
  problem: ApiProblem | null;
  onChange(part: Partial<Letter>): void;
}

function LetterFields({ channel, letter, faults, problem, onChange }: LetterFieldsProps) {
  const [copies, setCopies] = useState(letter.cc !== "" || letter.bcc !== "");
  return (
    <>
      <TextInput
        id="compose-to"
        label="To"
        description={
          channel === "email"
            ? "Addresses, separated by commas"
            : "Numbers with + and country code, separated by commas"
        }
        required
        autoComplete="off"
        inputMode={channel === "email" ? "email" : "tel"}
        value={letter.to}
        error={faults.to ?? problemAt(problem, "/recipient")}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
      {channel === "email" && !copies && (
        <button type="button" className="tbtn" onClick={() => setCopies(true)}>
          Add Cc and Bcc
        </button>
      )}
      {channel === "email" && copies && (
        <>
          <TextInput
            id="compose-cc"
            label="Cc"
            autoComplete="off"
            value={letter.cc}
            error={faults.cc}
            onChange={(event) => onChange({ cc: event.currentTarget.value })}
          />
          <TextInput
            id="compose-bcc"
            label="Bcc"
            description="The others do not see these."
            autoComplete="off"
            value={letter.bcc}
            error={faults.bcc}
            onChange={(event) => onChange({ bcc: event.currentTarget.value })}
          />
        </>
      )}
      {channel !== "sms" && (
        <TextInput
          id="compose-subject"
          label="Subject"
          required={channel === "email"}
          maxLength={998}
          value={letter.subject}
          error={faults.subject}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
        />
      )}
      <Textarea
        id="compose-text"
        label="Text"
        rows={channel === "sms" ? 5 : 10}
        required
        description={channel === "sms" ? `${letter.text.length} characters` : undefined}
        value={letter.text}
        error={faults.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </>
  );
}
