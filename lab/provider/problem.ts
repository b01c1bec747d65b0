import type { Path } from "./plan-change";

/** Something that the user can put right; `path` is the attribute it is about. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly path: Path = [],
  ) {
    super(message);
    this.name = "Problem";
  }
}

/** An apply that stopped half-way: the resource exists, and Terraform must know it. */
export class HalfDone extends Error {
  constructor(
    readonly id: string,
    override readonly cause: unknown,
  ) {
    super(`${id} was created, but is not as planned`);
    this.name = "HalfDone";
  }
}
