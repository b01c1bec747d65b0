import type { ResolvedStack } from "../../config/resolve-stack";
import { fixForUnknownName } from "../../core/nearest";
import { InvalidInputError, type Problem } from "../../core/problem";
import { emptyText } from "../keys/key-filters";
import { keyText, parseKeyText } from "../keys/key-text";
import { storeOf } from "../keys/store-of";
import type { Command } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { QUEUES, queueKey, queueName, REGISTRIES, registryKey, type State, takenKey, workersKey } from "./rq";

/**
 * The bytes of a queue's name, as `queue list` prints it.
 * @throws InvalidInputError when no store of kind queue has the keys of that queue
 */
export function readQueueName(stack: ResolvedStack, field: string, text: string): Buffer {
  const name = parseKeyText(text);
  if (name.length === 0) {
    throw new InvalidInputError([emptyText(field)]);
  }
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

/** A key that RQ cannot work with. */
export interface WrongKey {
  readonly key: Buffer;
  /** As TYPE says it. */
  readonly type: string;
  readonly expected: string;
}

/** `rq:failed:mails of type string, not zset`. */
export const wrongText = ({ key, type, expected }: WrongKey) =>
  `${keyText(key)} of type ${type}, not ${expected}`;

/** The keys of a queue, and the type of each. */
const KEYS: readonly (readonly [(queue: Buffer) => Buffer, string])[] = [
  [queueKey, "list"],
  [takenKey, "list"],
  [workersKey, "set"],
  ...(Object.keys(REGISTRIES) as Exclude<State, "queued">[]).map(
    (state) => [(queue: Buffer) => registryKey(state, queue), "zset"] as const,
  ),
];

/** Which keys of a queue are there, and which of them have another type than RQ gives them: each command on one fails. */
export async function lookAtKeys(
  live: Pick<LiveRedis, "batch">,
  queue: Buffer,
): Promise<{ readonly isThere: boolean; readonly wrong: readonly WrongKey[] }> {
  const keys = KEYS.map(([keyOf, expected]) => ({ key: keyOf(queue), expected }));
  const replies = await live.batch(keys.map(({ key }) => ["TYPE", key]));
  const there = keys
    .map((one, at): WrongKey => ({ ...one, type: `${replies[at]}` }))
    .filter(({ type }) => type !== "none");
  return { isThere: there.length > 0, wrong: there.filter(({ type, expected }) => type !== expected) };
}

/** Names of queues that are suggested for one that is not there. */
const MAX_NAMES = 1000;

/**
 * A queue is there when RQ has it among its queues, where it stays when it is empty, or when one of its keys is there.
 * @throws InvalidInputError when it is not, or one of its keys has another type than RQ gives it
 */
export async function checkQueue(
  live: Pick<LiveRedis, "batch">,
  field: string,
  queue: Buffer,
): Promise<void> {
  const { isThere, wrong } = await lookAtKeys(live, queue);
  const [isKnown, page] = await live.batch([
    ["SISMEMBER", QUEUES, queueKey(queue)],
    ["SSCAN", QUEUES, 0, "COUNT", MAX_NAMES],
  ] satisfies Command[]);
  if (wrong.length > 0) {
    throw new InvalidInputError(
      wrong.map((one) => ({
        field,
        got: wrongText(one),
        expected: "keys of the types that RQ gives them",
        fix: "look who writes that key; RQ itself fails on it",
      })),
    );
  }
  if (isThere || isKnown === 1) {
    return;
  }
  const found = Array.isArray(page) ? (page[1] as readonly Buffer[]) : [];
  const names = found.flatMap((key) => queueName(key) ?? []).map(keyText);
  throw new InvalidInputError([
    {
      field,
      got: `no such queue: ${keyText(queue)}`,
      expected: "a queue that RQ knows, as queue list prints it",
      fix: fixForUnknownName(keyText(queue), names.sort()),
    },
  ]);
}
