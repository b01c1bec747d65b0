/** A backup was not taken, or not all of it. The message says why, without a full stop. */
export class NotTaken extends Error {}
