/** An answer that is about the protocol and not about the provider. */
export class WireRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
