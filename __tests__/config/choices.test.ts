import { problemsOf, unchecked } from "../support/stack-fixtures";

describe("a choice", () => {
  const policies =
    "one of noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu, volatile-random, " +
    "volatile-ttl";

  it("of the eviction policy is one that Redis has", () => {
    const service = { maxmemoryPolicy: unchecked<"noeviction">("allkeys-lruu") };
    expect(problemsOf("dev", { service })).toEqual([
      `shop.maxmemoryPolicy: got "allkeys-lruu", expected ${policies}. ` +
        'Fix: did you mean "allkeys-lru"? Use that name.',
    ]);
  });

  it("of appendfsync is one that Redis has", () => {
    const appendfsync = unchecked<"always">("sometimes");
    const service = { persistence: { appendonly: true, save: [], appendfsync } };
    expect(problemsOf("dev", { service })).toEqual([
      'shop.persistence.appendfsync: got "sometimes", expected one of always, everysec, no. ' +
        "Fix: use one of always, everysec, no.",
    ]);
  });

  it.each(["unless-stopped", "always", "on-failure"] as const)("of restart may be %s", (restart) => {
    expect(problemsOf("dev", { service: { restart } })).toEqual([]);
  });

  it("of restart may not be no, after which nothing would start Redis again", () => {
    expect(problemsOf("dev", { service: { restart: unchecked<"always">("no") } })).toEqual([
      'shop.restart: got "no", expected one of unless-stopped, always, on-failure. ' +
        "Fix: use one of unless-stopped, always, on-failure.",
    ]);
  });

  it.each(["", "Ex", "KEg$lshzxetdmnA"])("of keyspace events may be %j", (notifyKeyspaceEvents) => {
    expect(problemsOf("dev", { service: { notifyKeyspaceEvents } })).toEqual([]);
  });

  it.each(["Q", "E x", 'Ex"', "Ex\nrequirepass open"])("of keyspace events may not be %j", (events) => {
    expect(problemsOf("dev", { service: { notifyKeyspaceEvents: events } })).toEqual([
      `shop.notifyKeyspaceEvents: got ${JSON.stringify(events)}, expected letters out of KEg$lshzxetdmnA. ` +
        'Fix: write the classes of events, such as "Ex" for expired keys.',
    ]);
  });
});
