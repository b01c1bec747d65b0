import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { parseKeyText } from "../keys/key-text";
import { storeOf } from "../keys/store-of";
import { queueKey } from "./rq";

/**
 * The bytes of a queue's name, as `queue list` prints it.
 * @throws InvalidInputError when no store of kind queue has the keys of that queue
 */
export function readQueueName(stack: ResolvedStack, field: string, text: string): Buffer {
  const name = parseKeyText(text);
  if (storeOf(stack.props.stores, queueKey(name))?.kind !== "queue") {
    throw new InvalidInputError([notOfRq(stack, field, JSON.stringify(text))]);
  }
  return name;
}

/** @throws InvalidInputError when the stack declares no queue of RQ */
export function checkRq(stack: ResolvedStack): void {
  if (!stack.props.stores.some(({ kind, keys }) => kind === "queue" && keys.startsWith("rq:queue:"))) {
    throw new InvalidInputError([notOfRq(stack, stack.id, "no queue of RQ")]);
  }
}

function notOfRq({ service }: ResolvedStack, field: string, got: string): Problem {
  return {
    field,
    got,
    expected: "a queue of RQ that the stack declares: a store of kind queue whose keys are rq:queue:*",
    fix: `name another, or declare it in stores of config/services/${service.name}.ts`,
  };
}
