/** A scope that an operator decided on for one instance of a plugin. */
export interface Grant {
  plugin: string;
  instance: string;
  /** The scope as the manifest asks for it, e.g. `net:tcp://{config.host}:{config.port}`. */
  scope: string;
  /** The scope with the settings' values filled in and pinned; undefined until they are known, and then nothing is allowed. */
  resolved?: string;
  /** A denial outweighs every grant of the same or a wider scope. */
  decision: "granted" | "denied";
  /** Milliseconds since the epoch at which it stops to hold. */
  until?: number;
}
