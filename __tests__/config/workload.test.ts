import { loadStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { isQueue, keysOf, kindsOf, recommendedPersistence, recommendedPolicy } from "../../config/workload";
import { Duration } from "../../core/duration";
import type { StoreKind, StoreProps } from "../../core/store-props";
import { single, template, today } from "../support/stack-fixtures";

const ttl = Duration.parse("1 h");

/** A store whose keys must not be lost. */
const precious = (kind: StoreKind, own: Partial<StoreProps> = { ttl }): StoreProps => ({
  kind,
  keys: `${kind}:*`,
  lossAcceptable: false,
  ...own,
});

/** A store whose keys may be lost. */
const cheap = (kind: StoreKind, own: Partial<StoreProps> = { ttl }): StoreProps => ({
  ...precious(kind, own),
  lossAcceptable: true,
});

const messages = cheap("pub-sub", {});

describe("the recommended policy", () => {
  it.each<[string, readonly StoreProps[], string, string]>([
    [
      "a cache",
      [cheap("cache"), cheap("tokens", {})],
      "allkeys-lru",
      "everything stored may be lost: the least recently used goes first",
    ],
    [
      "nothing but messages",
      [messages],
      "allkeys-lru",
      "everything stored may be lost: the least recently used goes first",
    ],
    [
      "sessions",
      [precious("sessions"), messages],
      "noeviction",
      "sessions must not be lost, and there is nothing else to evict",
    ],
    [
      "sessions beside a cache",
      [precious("sessions"), precious("locks"), cheap("cache"), cheap("cache")],
      "volatile-lru",
      "every key has a TTL; sessions, locks in use stay, what was not used for longest goes first",
    ],
    [
      "a queue without a TTL",
      [precious("queue", {}), precious("sessions")],
      "noeviction",
      "queue, sessions must not be lost, and not every key has a TTL",
    ],
    [
      "sessions beside a cache without a TTL, which would stay when they go",
      [precious("sessions"), cheap("cache", {})],
      "noeviction",
      "sessions must not be lost, and not every key has a TTL",
    ],
    [
      "jobs with a TTL beside a cache",
      [precious("jobs"), cheap("cache")],
      "noeviction",
      "jobs must not be lost, and a queue works with all of its keys only",
    ],
    [
      "sessions beside jobs that may be lost",
      [precious("sessions"), cheap("jobs")],
      "volatile-lru",
      "every key has a TTL; sessions in use stay, what was not used for longest goes first",
    ],
  ])("for %s", (_, stores, value, why) => {
    expect(recommendedPolicy(stores)).toEqual({ value, why });
  });
});

describe("the recommended persistence", () => {
  it.each([
    ["nothing but messages", [messages]],
    ["a cache", [cheap("cache"), cheap("cache", {})]],
  ])("for %s is none", (_, stores) => {
    expect(recommendedPersistence(stores)).toEqual({
      value: { appendonly: false, save: [] },
      why: "everything stored may be lost",
    });
  });

  it("for anything that must not be lost is an append-only file and snapshots", () => {
    expect(recommendedPersistence([cheap("cache"), precious("sessions"), precious("queue", {})])).toEqual({
      value: {
        appendonly: true,
        save: [
          { after: "1 h", changes: 1 },
          { after: "5 min", changes: 100 },
          { after: "1 min", changes: 10000 },
        ],
      },
      why: "sessions, queue must not be lost: a power cut costs one second at most",
    });
  });
});

describe("a stack", () => {
  const sessions = { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: false } as const;
  const pages = { kind: "cache", keys: "page:*", ttl: "1 h", lossAcceptable: true } as const;

  /** Stack `plain-dev` of a service that says nothing but what it stores, and `own`. */
  function plainStack(stores: Service["stores"], own: Partial<Service> = {}) {
    const environments = { dev: { memory: { maxmemory: "256 MiB" } } } as const;
    const plain: Service = { name: "plain", description: "Plain", engine: "redis-7.4", stores, environments };
    return single(loadStacks({ template, today, services: [{ ...plain, ...own }] }));
  }

  it("gets what is recommended where the service says nothing, with the reason", () => {
    const { props, decisions } = plainStack([sessions, pages]);
    expect(props.server.maxmemoryPolicy).toBe("volatile-lru");
    expect(props.server.persistence).toMatchObject({ appendonly: true, appendfsync: "everysec" });
    expect(props.server.persistence.save.map(({ after, changes }) => `${after}: ${changes}`)).toEqual([
      "1 h: 1",
      "5 min: 100",
      "1 min: 10000",
    ]);
    expect(decisions.sourceOf("server.maxmemoryPolicy")).toEqual({
      kind: "derived",
      note: "every key has a TTL; sessions in use stay, what was not used for longest goes first",
    });
    expect(decisions.sourceOf("server.persistence.save.0.changes")).toEqual({
      kind: "derived",
      note: "sessions must not be lost: a power cut costs one second at most",
    });
    expect(decisions.sourceOf("server.persistence.appendfsync")).toEqual({ kind: "default" });
  });

  it("gets what the service says in its place", () => {
    const { props, decisions } = plainStack([sessions, pages], {
      maxmemoryPolicy: "noeviction",
      persistence: { appendonly: true, save: [] },
    });
    expect(props.server.maxmemoryPolicy).toBe("noeviction");
    expect(props.server.persistence.save).toEqual([]);
    expect(decisions.sourceOf("server.maxmemoryPolicy")).toEqual({ kind: "service" });
    expect(decisions.sourceOf("server.persistence.appendonly")).toEqual({ kind: "service" });
  });

  it("has the same room whether something is kept or not: a cache whose values change their sizes needs it too", () => {
    expect(`${plainStack([sessions]).props.server.memoryLimit}`).toBe("629 MiB");
    expect(`${plainStack([pages]).props.server.memoryLimit}`).toBe("629 MiB");
  });
});

describe("stores", () => {
  it("without those of pub-sub are those that have keys", () => {
    expect(keysOf([messages, cheap("cache")])).toEqual([cheap("cache")]);
  });

  it("are told by kind, each once", () => {
    expect(kindsOf([cheap("cache"), precious("locks"), cheap("cache")])).toBe("cache, locks");
  });

  it("of a queue belong together, and so do those of its jobs", () => {
    expect(["queue", "jobs", "results", "sessions"].map((kind) => isQueue(cheap(kind as StoreKind)))).toEqual(
      [true, true, false, false],
    );
  });
});
