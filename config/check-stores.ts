import { fixForUnknownName } from "../core/nearest";
import { isPrintableLine } from "../core/printable";
import type { Problems } from "../core/problem";
import { STORE_KINDS, type StoreProps } from "../core/store-props";
import type { ResolvedStack } from "./resolve-stack";

/** Redis' largest TTL that every client library can send, in seconds. */
const MAX_TTL_SECONDS = 2_147_483_647;

const MAX_KEYS = 200;

/** Notes stores that say nothing, or something that Redis cannot keep. */
export function checkStores({ service, props }: ResolvedStack, problems: Problems): void {
  if (props.stores.length === 0) {
    problems.add({
      field: `${service.name}.stores`,
      got: "an empty list",
      expected: "what the service keeps in Redis; policy, persistence and gates follow from it",
      fix: 'write { kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true } or what it is',
    });
  }
  props.stores.forEach((store, index) => {
    const { kind, keys, ttl } = store;
    const field = `${service.name}.stores[${index}]`;
    if (!STORE_KINDS.includes(kind)) {
      problems.add({
        field: `${field}.kind`,
        got: JSON.stringify(kind),
        expected: `one of ${STORE_KINDS.join(", ")}`,
        fix: fixForUnknownName(kind, STORE_KINDS),
      });
    }
    if (!isPrintableLine(keys, MAX_KEYS) || /\s/.test(keys)) {
      problems.add({
        field: `${field}.keys`,
        got: keys.length > MAX_KEYS ? `${keys.length} characters` : JSON.stringify(keys),
        expected: `a pattern of keys: 1 to ${MAX_KEYS} characters that can be read, and no blank`,
        fix: 'write what the keys begin with and a star, such as "session:*"',
      });
    } else if (props.stores.findIndex((other) => other.keys === keys) < index) {
      problems.add({
        field: `${field}.keys`,
        got: `${JSON.stringify(keys)}, which another store has`,
        expected: "a pattern for each store",
        fix: `write what these keys begin with, such as "${service.name}:other:*"`,
      });
    }
    if (kind === "pub-sub") {
      checkMessages(field, store, problems);
      return;
    }
    const seconds = ttl === undefined ? 1 : ttl.toMilliseconds() / 1000;
    if (!problems.has(`${field}.ttl`) && (seconds <= 0 || seconds > MAX_TTL_SECONDS)) {
      problems.add({
        field: `${field}.ttl`,
        got: `${ttl}`,
        expected: `more than 0 s, ${MAX_TTL_SECONDS} s at most, or "none"`,
        fix: 'write "none" for keys that stay until somebody deletes them',
      });
    }
  });
}

/** Redis hands a message on and forgets it: it is in no key, and who does not listen has lost it. */
function checkMessages(field: string, { ttl, lossAcceptable }: StoreProps, problems: Problems): void {
  if (ttl !== undefined && !problems.has(`${field}.ttl`)) {
    problems.add({
      field: `${field}.ttl`,
      got: `${ttl}`,
      expected: '"none", since Redis does not keep messages of pub-sub',
      fix: 'write ttl: "none"',
    });
  }
  if (!lossAcceptable) {
    problems.add({
      field: `${field}.lossAcceptable`,
      got: "false",
      expected: "true, since who does not listen when a message is published never gets it",
      fix: 'write true, or store what must arrive as kind: "queue"',
    });
  }
}
