import { readStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { prospectflow } from "../../config/services/prospectflow";
import { vedfolnir } from "../../config/services/vedfolnir";
import { formatProblem } from "../../core/problem";
import type { MaxmemoryPolicy } from "../../core/redis-stack-props";
import { asClient } from "../support/keys";
import { edited } from "../support/renamed-service";
import { LAB_ENGINE, Scratch } from "../support/scratch";
import { template, today } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";

/**
 * What eviction does to data that must not be lost: first with the policy that follows from `stores`, then, with the
 * same data, with the one that somebody insists on. Every value is 1 KiB, and some 2,500 of them fit.
 */

const MAXMEMORY = "4 MiB";
const MORE_THAN_FITS = 10_000;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

/** Deploys the stack with another policy, and a waiver for each of `rules`. */
async function insistOn(stack: TestStack, maxmemoryPolicy: MaxmemoryPolicy, rules: readonly string[]) {
  const waivers = rules.map((rule) => ({
    rule,
    reason: "a test shows what it costs to break this rule",
    expires: "2027-06-30",
  }));
  stack.write(edited({ ...stack.resolved.service, maxmemoryPolicy }, { waivers }));
  await stack.apply();
}

/** What is said to the service with that policy and no waiver. */
function refusals(service: Service, maxmemoryPolicy: MaxmemoryPolicy): readonly string[] {
  const services = [{ ...service, maxmemoryPolicy }];
  return readStacks({ template, today, engine: LAB_ENGINE, services }).problems.map(formatProblem);
}

/** Sends `command` once for each number up to `count`; `#` stands for the number and `$v` for a value. */
async function send(stack: TestStack, count: number, command: string) {
  const replies = await asClient(
    stack,
    `v=$(head -c 1024 /dev/zero | tr '\\0' x); seq 1 ${count} | sed "s/.*/${command.replace("#", "&")}/"`,
  );
  const taken = replies.filter((reply) => /^(OK|\d+)$/.test(reply)).length;
  const refused = replies.filter((reply) => reply.startsWith("OOM command not allowed")).length;
  if (taken + refused !== count) {
    throw new Error(
      `sent ${count} commands, ${taken} were taken and ${refused} refused: ${replies.slice(-3)}`,
    );
  }
  return { taken, refused };
}

/** How many sessions there are, whatever the service calls them. */
async function sessions(stack: TestStack): Promise<number> {
  return Number(await stack.redis("EVAL", "return #redis.call('KEYS', ARGV[1])", "0", "*session:*"));
}

describe("sessions when something else fills the memory", () => {
  const WRITE_SESSION = "SET session:# $v EX 86400";
  const WRITE_CACHE = "SET cache:# $v EX 3600";
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.deploySmall(scratch, { ...prospectflow, maxclients: 1000 }, "prod", MAXMEMORY);
    expect(await send(stack, 200, WRITE_SESSION)).toEqual({ taken: 200, refused: 0 });
  }, 120_000);

  it("all stay with the policy that follows from stores, and writes are refused", async () => {
    expect(stack.props.server.maxmemoryPolicy).toBe("noeviction");
    const { refused } = await send(stack, MORE_THAN_FITS, WRITE_CACHE);
    expect(refused).toBeGreaterThan(MORE_THAN_FITS / 2);
    expect(await sessions(stack)).toBe(200);
  });

  it("are mostly gone with allkeys-lru, which is refused without a waiver", async () => {
    expect(refusals(prospectflow, "allkeys-lru")).toEqual([
      expect.stringMatching(
        /^prospectflow\.maxmemoryPolicy: got "allkeys-lru", .*\(rule sessions-evicted for /,
      ),
    ]);
    await insistOn(stack, "allkeys-lru", ["sessions-evicted"]);
    expect(await sessions(stack)).toBe(200);
    expect(await send(stack, MORE_THAN_FITS, WRITE_CACHE)).toEqual({ taken: MORE_THAN_FITS, refused: 0 });
    expect(await sessions(stack)).toBeLessThan(100);
  });
});

describe("sessions beside a queue that grows", () => {
  const WRITE_SESSION = "SET vedfolnir:session:# $v EX 7200";
  const PUSH = "RPUSH rq:queue:default $v";
  let stack: TestStack;
  const pushed = () => stack.redis("LLEN", "rq:queue:default").then(Number);

  /** A hundred at a time. */
  async function pushUntilRefused(): Promise<void> {
    for (let refused = 0; refused === 0; ) {
      ({ refused } = await send(stack, 100, PUSH));
    }
  }

  beforeAll(async () => {
    stack = await TestStack.deploySmall(scratch, vedfolnir, "prod", MAXMEMORY);
    expect(await send(stack, 1000, WRITE_SESSION)).toEqual({ taken: 1000, refused: 0 });
  }, 120_000);

  it("all stay with the policy that follows from stores, and pushes are refused", async () => {
    expect(stack.props.server.maxmemoryPolicy).toBe("noeviction");
    await pushUntilRefused();
    expect(await sessions(stack)).toBe(1000);
    expect(await pushed()).toBeGreaterThan(0);
  });

  it("are all gone with volatile-lru before a push is refused, and it is refused without waivers", async () => {
    expect(refusals(vedfolnir, "volatile-lru")).toEqual([
      expect.stringMatching(
        /^vedfolnir\.maxmemoryPolicy: got "volatile-lru", .*\(rule volatile-without-ttl for /,
      ),
      expect.stringMatching(/^vedfolnir\.maxmemoryPolicy: got "volatile-lru", .*\(rule queue-evicted for /),
    ]);
    await insistOn(stack, "volatile-lru", ["volatile-without-ttl", "queue-evicted"]);
    const before = await pushed();
    expect(await sessions(stack)).toBe(1000);
    await pushUntilRefused();
    expect(await sessions(stack)).toBe(0);
    expect(await pushed()).toBeGreaterThan(before);
    expect((await send(stack, 400, PUSH)).refused).toBeGreaterThan(300);
  });
});
