/** A restore that ended early. The message says what the data is now; exit code 1. */
export class RestoreFailed extends Error {
  constructor(
    message: string,
    /** What the person does next, without "Next:". */
    readonly next: string,
  ) {
    super(message);
    this.name = "RestoreFailed";
  }
}
