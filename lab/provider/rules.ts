import type { Check } from "./checks";
import type { Value } from "./values";

/**
 * What the real provider makes of a changed attribute.
 *
 * - `replace`: destroy the resource and create it again
 * - `live`: tell the engine; the container goes on running
 * - `state`: write it to the state; it is used at the next create, start or delete
 * - `phantom`: plan an update in place, and carry out nothing
 */
export type Change = "replace" | "live" | "state" | "phantom";

/** What the stand-in knows about one attribute or block. */
export interface Rule {
  readonly change: Change;

  /** Value of an attribute that the configuration leaves out. */
  readonly default?: Value;

  /**
   * What an attribute that is left out means, where it does not mean "nothing":
   * `keeps` what the resource has, or is `computed` (keeps, and is unknown before
   * the resource exists). Attributes say "computed" in the schema; blocks cannot.
   */
  readonly unset?: "keeps" | "computed";

  /** Whether two values mean the same, beyond the usual (null is zero, sets have no order). */
  readonly same?: (prior: Value, wanted: Value) => boolean;

  /** What is allowed. */
  readonly check?: Check;

  /** Rules of the block's own attributes. */
  readonly nested?: Rules;
}

/** Rules by attribute name. What is not named here is not implemented, and is refused. */
export type Rules = Readonly<Record<string, Rule>>;
