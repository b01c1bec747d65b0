import type Docker from "dockerode";
import type { Rules } from "./rules";
import type { Attributes } from "./values";

/** What an operation may use. */
export interface World {
  readonly docker: Docker;

  /** Aborted when Terraform is told to stop. */
  readonly stop: AbortSignal;
}

/** One resource type: its rules, and how it lives on the engine. */
export interface Resource {
  readonly rules: Rules;

  /** Operations whose default time-outs the real provider keeps in the private state. */
  readonly hasTimeouts: boolean;

  /** Whether an existing one can be imported; its id is then what the user typed. */
  readonly canImport: boolean;

  /**
   * Make it, and say how it turned out. The answer holds what was read back, at least
   * `id`; undefined if it is gone again already.
   *
   * @throws HalfDone when it exists but is not as planned
   */
  create(planned: Attributes, world: World): Promise<Attributes | undefined>;

  /** What the engine says about it, or undefined if it is gone. */
  read(state: Attributes, world: World): Promise<Attributes | undefined>;

  /** Change it in place. The answer holds what was read back, if anything. */
  update(prior: Attributes, planned: Attributes, world: World): Promise<Attributes>;

  /** Remove it. That it is gone already is no error. */
  delete(state: Attributes, world: World): Promise<void>;
}
