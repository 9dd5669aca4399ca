import {
  bridgeMethods,
  type BridgeMethodName,
  type PageInit,
  type PageLook,
  type ParamsOfMethod,
  type ResultOfMethod,
} from "@hilum/contract/bridge";
import { createContext, useContext } from "react";
import { createFormat, type Format } from "../text/format.ts";
import type { Connection } from "./connection.ts";
import { PageError } from "./page-error.ts";

/** What every part of a page knows of where it is. */
export interface Page {
  /** `settings`, `health` or `pages/{path}`. */
  name: string;
  plugin: PageInit["plugin"];
  instance: PageInit["instance"];
  /** The setting that the person was led to. */
  field: string | undefined;
  look: PageLook;
  format: Format;
  /**
   * What became of the call during which the console took the page away, because a secret was typed outside of it: the
   * parameters hold what the person had entered.
   */
  resumed<Name extends BridgeMethodName>(method: Name): Outcome<Name> | undefined;
  /** Whether the person's role allows a method; the console decides again when it is called. */
  may(method: BridgeMethodName): boolean;
  call<Name extends BridgeMethodName>(name: Name, params: ParamsOfMethod<Name>): Promise<ResultOfMethod<Name>>;
  onChange: Connection["onChange"];
}

/** A call that ended while its page was away. */
export interface Outcome<Name extends BridgeMethodName> {
  params: ParamsOfMethod<Name>;
  result: ResultOfMethod<Name> | undefined;
  error: PageError | undefined;
}

export const PageContext = createContext<Page | undefined>(undefined);

/** The page around this part. Throws outside of `PluginApp`. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error("there is no PluginApp around this part");
  return page;
}

export function toPage(connection: Connection, init: PageInit, look: PageLook): Page {
  return {
    name: init.page,
    plugin: init.plugin,
    instance: init.instance,
    field: init.field,
    look,
    format: createFormat(look),
    resumed: (method) => outcomeOf(init.resumed, method),
    may: (method) => init.may.includes(method),
    call: connection.call,
    onChange: connection.onChange,
  };
}

function outcomeOf<Name extends BridgeMethodName>(
  resumed: PageInit["resumed"],
  method: Name,
): Outcome<Name> | undefined {
  if (resumed?.method !== method) return undefined;
  const { params, result, error } = resumed;
  return {
    params: bridgeMethods[method].params(params, "params") as ParamsOfMethod<Name>,
    result: result === undefined ? undefined : (bridgeMethods[method].result(result, "result") as ResultOfMethod<Name>),
    error: error === undefined ? undefined : new PageError(error),
  };
}
