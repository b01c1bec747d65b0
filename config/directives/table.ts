import line70 from "./7.0.json";
import line72 from "./7.2.json";
import line74 from "./7.4.json";
import line80 from "./8.0.json";

/** A directive as the engine of one release line tells it; made by `lab/directives/read-directives.ts`. */
export interface DirectiveFact {
  /** Other names that the engine takes for it. */
  readonly aliases?: readonly string[];
  /** `choices` and `texts` take several words. */
  readonly type:
    | "yes-or-no"
    | "choice"
    | "choices"
    | "number"
    | "octal"
    | "memory"
    | "memory-or-percent"
    | "text"
    | "texts";
  /** What a choice may be, as CONFIG GET shows it. */
  readonly values?: readonly string[];
  /** Values that the engine knows and its build refuses. */
  readonly refused?: readonly string[];
  /** Inclusive, as text because numbers end at 2^53; bytes for memory, octal for `octal`. */
  readonly min?: string;
  readonly max?: string;
  readonly maxPercent?: string;
  /** What CONFIG GET shows where redis.conf does not name it. */
  readonly default?: string;
  /** Left out: CONFIG SET takes it. `protected`: only where `enable-protected-configs` allows it. */
  readonly runtime?: "immutable" | "protected";
  /** `CONFIG GET *` does not show it. */
  readonly hidden?: boolean;
}

interface Table {
  /** Version of the engine that was asked. */
  readonly version: string;
  readonly directives: Readonly<Record<string, DirectiveFact>>;
}

/** The tables, by release line, oldest first. */
export const TABLES: ReadonlyMap<string, Table> = new Map([
  ["7.0", line70 as Table],
  ["7.2", line72 as Table],
  ["7.4", line74 as Table],
  ["8.0", line80 as Table],
]);
