import { accessGates } from "./gates/access";
import { dataGates } from "./gates/data";
import type { Gate } from "./gates/gate";
import { operationGates } from "./gates/operation";
import { waiverGates } from "./gates/waivers";
import { workloadGates } from "./gates/workload";

const stackGates: readonly Gate[] = [...accessGates, ...dataGates, ...workloadGates, ...operationGates];

/**
 * Every rule that a stack has to keep, in the order in which it is told. `redis-ops gates --list` prints it.
 *
 * `docs/decisions/010-gates-and-waivers.md` says what is a gate, and what is refused without one: a value that cannot be
 * read, or that Redis or Docker would not start with, is refused by `config/check-*.ts` everywhere.
 */
export const gates: readonly Gate[] = [...stackGates, ...waiverGates(stackGates)];
