import type { OperationId, PluginDetail } from "@hilum/contract/api";
import type { BridgeMethodName, ParamsOfMethod } from "@hilum/contract/bridge";
import type { AnswerById, InputArgs } from "../../api/call.ts";
import { Declined, type Answered, type Ask, type Asker } from "../ask.ts";
import type { TokenBucket } from "../token-bucket.ts";

/** What acting for a page needs of the console. */
export interface PageActParts {
  detail: PluginDetail;
  instance: string;
  /** Calls the API as the person who is signed in, with the plugin noted. */
  call<Id extends OperationId>(id: Id, ...args: InputArgs<Id>): Promise<AnswerById<Id>>;
  ask: Asker;
  /** A click or key in the frame a moment ago. */
  hasGesture(): boolean;
  isInUse(): boolean;
  /** What the console itself shows is read again. */
  onActed(): Promise<void>;
  notify(text: string): void;
  go(path: string): void;
  /** Shared by all that a page says. */
  toasts: TokenBucket;
}

/** Acts by the method that asks for them. */
export type Acts<Names extends BridgeMethodName> = {
  [Name in Names]: (params: ParamsOfMethod<Name>) => Promise<unknown>;
};

/** The parts, with what every act does alike. */
export interface ActStand extends PageActParts {
  /** Parameters and query of the operations about the page's own instance. */
  about: { params: { plugin: string }; query: { instance?: string } };
  /** What people call the instance. */
  name: string;
  /** Asks; throws where the person does not agree. */
  agreed(ask: Ask): Promise<Answered>;
  /** Asks only where there was no gesture, or where something must be typed. */
  unlessGesture(ask: Ask): Promise<Answered>;
  /** Says that it was done, as the console's own pages do, and lets them read it. */
  acted<T>(answer: Promise<T>, said?: string): Promise<T>;
}

export function createActStand(parts: PageActParts): ActStand {
  const { detail, instance } = parts;
  const agreed = async (ask: Ask): Promise<Answered> => {
    const answered = await parts.ask(ask);
    if (answered === undefined) throw new Declined();
    return answered;
  };
  return {
    ...parts,
    about: { params: { plugin: detail.id }, query: instance === "default" ? {} : { instance } },
    name: nameOf(detail, instance),
    agreed,
    unlessGesture: async (ask) =>
      parts.hasGesture() && (ask.secrets?.length ?? 0) === 0 && ask.recipient !== true
        ? { secrets: {} }
        : await agreed(ask),
    acted: async (answer, said) => {
      const done = await answer;
      if (said !== undefined) parts.notify(said);
      await parts.onActed();
      return done;
    },
  };
}

function nameOf(detail: PluginDetail, instance: string): string {
  const title = detail.instances.find((candidate) => candidate.instance === instance)?.title ?? instance;
  return instance === "default" ? detail.name : `${detail.name}, ${title}`;
}

/** The part of a request's body that carries secrets; absent without any. */
export const secretsOf = ({ secrets }: Answered): { secrets?: Record<string, string> } =>
  Object.keys(secrets).length === 0 ? {} : { secrets };
