import type { MessageDetail } from "@hilum/contract/api";
import { contactPoints, messageText } from "@hilum/contract/fhir";
import { MessageTimeline, MessageView } from "@hilum/sdk/ui";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { isApiProblem, type ApiProblem } from "../../api/api-problem.ts";
import { download } from "../../api/call.ts";
import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Advice, ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { actorName, bytes, clockMs, duration, exactly, many, moment } from "../../text/format.ts";
import { causeWords, messageTitle, messageWord } from "../../text/words.ts";
import { usePluginName } from "../plugin/plugin-names.ts";
import { instancePart } from "../plugin/plugin-page.tsx";
import { patientOf } from "./letter.ts";
import { MessageActs } from "./message-acts.tsx";

const route = getRouteApi("/app/messages/$message");
const resting: readonly string[] = ["delivered", "dead", "uncertain", "cancelled", "discarded"];

export function MessageScreen() {
  const { message } = route.useParams();
  return (
    <Guarded operation="getMessage" title="Message">
      <MessagePage key={message} id={message} />
    </Guarded>
  );
}

function MessagePage({ id }: { id: string }) {
  const input = { params: { message: id } };
  const first = useRead("getMessage", input);
  const moving = first.data !== undefined && !resting.includes(first.data.state);
  const message = useRead("getMessage", input, { everyMs: moving ? 3000 : undefined });
  const data = message.data;
  return (
    <Page
      title={data === undefined ? "Message" : messageTitle(data)}
      badges={data === undefined ? undefined : <StateBadge message={data} />}
      lead={data === undefined ? undefined : leadOf(data)}
      crumbs={[{ text: "Messages", to: "/messages" }]}
      actions={
        data !== undefined && (
          <GoButton to={`/audit?plugin=${data.plugin ?? ""}`} variant="subtle">
            Open in audit
          </GoButton>
        )
      }
      reads={[message]}
      calls={[["getMessage", input]]}
      offers={["retryMessage"]}
    >
      <Loaded query={message} what="the message">
        {(shown) => (
          <div className="stack lg">
            <Cause message={shown} />
            <div className="grid">
              <Panel title="What happened" flush>
                <Timeline timeline={shown.timeline} />
              </Panel>
              <Content message={shown} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** What lies with how the provider is asked, or as whom. */
const mendedInSetup: ReadonlySet<string> = new Set([
  "wrong_credential",
  "sender_not_verified",
  "certificate",
  "configuration",
]);

const went: readonly string[] = ["sent", "delivered"];

/** That another provider had to take over stands in the badge: it went well, and not as planned. */
function StateBadge({ message: { state, timeline } }: { message: MessageDetail }) {
  const word = messageWord[state];
  const failedOver = went.includes(state) && timeline.some(({ kind }) => kind === "failed_over");
  return <Status word={word}>{failedOver ? `${word} after failover` : word}</Status>;
}

function leadOf({ recipient, moreRecipients, attempts, state, timeline }: MessageDetail): string {
  const to = `To ${recipient}${moreRecipients > 0 ? ` and ${moreRecipients} more` : ""}`;
  if (attempts === 0) return `${to}. Not tried yet.`;
  const asked = timeline.flatMap(({ kind, plugin, instance }) => (kind === "attempt" ? [`${plugin} ${instance}`] : []));
  const providers = new Set(asked).size;
  const [first, last] = [timeline[0], timeline.findLast(({ kind }) => went.includes(kind))];
  if (!went.includes(state) || first === undefined || last === undefined || providers < 2)
    return `${to}. ${many(attempts, "attempt")}${providers > 1 ? ` at ${many(providers, "provider")}` : ""}.`;
  const tookMs = new Date(last.at).getTime() - new Date(first.at).getTime();
  return `${to}. It took ${duration(tookMs)} and ${many(providers, "provider")}.`;
}

/** Cause first: why it did not go out, in the provider's words too, and what may be done now. */
function Cause({ message }: { message: MessageDetail }) {
  const failure = message.timeline.findLast(
    ({ kind }) => kind === "refused" || kind === "failed" || kind === "uncertain",
  );
  const acts = message.can.length > 0 ? <MessageActs message={message} /> : undefined;
  if (message.state === "dead" || message.state === "uncertain" || message.state === "retrying") {
    const tone = message.state === "dead" ? "bad" : "warn";
    return (
      <Problem
        tone={tone}
        title={
          message.problem ??
          failure?.detail ??
          (message.state === "uncertain" ? "Nobody can tell whether it went out" : "It did not go out")
        }
        {...(message.cause !== undefined && { end: causeWords[message.cause] })}
        why={failure?.detail}
        todo={
          failure?.fix ??
          (message.state === "uncertain"
            ? "Ask the recipient or look at the provider’s log, then send it again or give it up."
            : undefined)
        }
        {...(failure?.reply !== undefined && { reply: failure.reply })}
        code={failure?.code}
        actions={acts}
      />
    );
  }
  return (
    <>
      {message.maybeSentTwice && (
        <Advice title="The recipient may have got it twice.">A connection broke while the provider had it.</Advice>
      )}
      {acts !== undefined && <div className="row">{acts}</div>}
    </>
  );
}

function Timeline({ timeline }: { timeline: MessageDetail["timeline"] }) {
  const nameOf = usePluginName();
  return (
    <MessageTimeline
      timeline={timeline}
      format={{ clockMs, duration, moment }}
      nameOf={nameOf}
      actorOf={actorName}
      renderMore={({ kind, plugin, instance, cause }) =>
        plugin !== undefined &&
        (kind === "refused" || kind === "failed") && (
          <span className="row">
            {cause !== undefined && mendedInSetup.has(cause) && (
              <Go to={`/plugins/${plugin}/setup${instancePart(instance ?? "default")}`}>Correct its setup</Go>
            )}
            <Go to={`/plugins/${plugin}/health${instancePart(instance ?? "default")}`}>Health of the plugin</Go>
          </span>
        )
      }
    />
  );
}

function Content({ message }: { message: MessageDetail }) {
  const nameOf = usePluginName();
  const communication = message.communication as Parameters<typeof messageText>[0];
  const { subject, text, html, attachments } = messageText(communication);
  const people = contactPoints(communication);
  const patient = patientOf(communication);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const save = (url: string, title: string | undefined): void => {
    setProblem(null);
    download(
      "downloadAttachment",
      { params: { attachment: url.replace(/^Binary\//, "") } },
      title ?? "attachment",
    ).catch((refusal: unknown) => {
      if (!isApiProblem(refusal)) throw refusal;
      setProblem(refusal);
    });
  };
  const role = (wanted: "to" | "cc" | "bcc"): string =>
    people
      .filter((person) => person.role === wanted)
      .map(({ value }) => value)
      .join(", ");
  return (
    <Panel title="Message" foot={<span>Opening a message is written to the audit log.</span>}>
      {problem !== null && <ApiProblemPanel problem={problem} />}
      <MessageView
        message={message}
        format={{ bytes, exactly }}
        content={{ subject, text, htmlLength: html?.length, attachments }}
        people={{ To: role("to"), Cc: role("cc"), Bcc: role("bcc") }}
        provider={message.plugin === undefined ? undefined : nameOf(message.plugin, message.instance)}
        askedBy={actorName(message.createdBy)}
        about={
          patient !== undefined && (
            <Go to={`/records/patients/${patient}`}>
              <code>{patient}</code>
            </Go>
          )
        }
        onAttachment={save}
      />
    </Panel>
  );
}
