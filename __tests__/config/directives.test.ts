import { canonicalDirective, directivesOf } from "../../config/directives";
import type { EngineName } from "../../config/engines";
import { problemsOf, shopStack, template as shopTemplate } from "../support/stack-fixtures";

const problemsWith = (directives: Record<string, string>, engine: EngineName = "redis-7.4") =>
  problemsOf("dev", { service: { directives, engine } });

describe("directives of a service", () => {
  it.each([
    ["one that every version knows", { "maxmemory-clients": "5%" }],
    ["one since 7.2", { "set-max-listpack-entries": "128" }],
    ["an older spelling", { "hash-max-ziplist-entries": "128" }],
    ["an empty value in quotes", { "proc-title-template": '""' }],
  ])("may be %s", (_, directives) => {
    expect(problemsWith(directives)).toEqual([]);
    expect(shopStack("dev", { service: { directives } }).props.server.directives).toEqual(directives);
  });

  it("may not be newer than the engine", () => {
    const directives = { "set-max-listpack-entries": "128" };
    expect(problemsWith(directives, "redis-7.2")).toEqual([]);
    expect(problemsWith(directives, "debian-7.0.15")).toEqual([
      'shop.directives.set-max-listpack-entries: got "set-max-listpack-entries", ' +
        "expected a directive that Redis 7.0.15 knows. Fix: choose a newer engine or remove it.",
    ]);
  });

  it("are checked against the engine of REDIS_ENGINE, where it is given", () => {
    const service = { directives: { "set-max-listpack-entries": "128" } };
    expect(problemsOf("dev", { service, engine: "debian-7.0.15" })).toHaveLength(1);
  });

  it("may not be misspelt, and the near one is suggested", () => {
    expect(problemsWith({ "maxmemory-client": "5%" })).toEqual([
      'shop.directives.maxmemory-client: got "maxmemory-client", ' +
        'expected a directive that Redis 7.4.11 knows. Fix: did you mean "maxmemory-clients"? Use that name.',
    ]);
  });

  it("may not be something else altogether", () => {
    expect(problemsWith({ "include-the-whole-world-please": "yes" })).toEqual([
      'shop.directives.include-the-whole-world-please: got "include-the-whole-world-please", ' +
        "expected a directive that Redis 7.4.11 knows. Fix: check the spelling.",
    ]);
  });

  it.each(["maxmemory", "dir", "user", "rename-command", "requirepass", "save"])(
    "may not be %s, which the template sets",
    (name) => {
      expect(problemsWith({ [name]: "x" })).toEqual([
        `shop.directives.${name}: got "x", expected a directive that redis.conf.tpl does not set itself. ` +
          "Fix: use the service's own field for it.",
      ]);
    },
  );

  it("may not set what the template sets by its other name", () => {
    const ofTemplate = "busy-reply-threshold 5000\n";
    const template = `${ofTemplate}${shopTemplate}`;
    expect(problemsOf("dev", { template, service: { directives: { "lua-time-limit": "1" } } })).toEqual([
      'shop.directives.lua-time-limit: got "1", expected a directive that redis.conf.tpl does not set itself. ' +
        "Fix: use the service's own field for it.",
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a second line, which would be a second directive", "5%\nrequirepass open"],
    ["a carriage return", "5%\r"],
    ["a control character", "5%\u0000"],
    ["a secret, which would be shown wherever the directive is,", "@secret:redis_password@"],
    ["the hash of a secret", "@sha256:redis_ops_password@"],
  ])("may not have %s as value", (_, value) => {
    expect(problemsWith({ "maxmemory-clients": value })).toEqual([
      `shop.directives.maxmemory-clients: got ${JSON.stringify(value)}, expected one line that is not empty and names no secret. ` +
        'Fix: write the value as redis.conf takes it; "" in quotes for an empty one.',
    ]);
  });
});

it.each([
  ["masterauth", "who may do what is the environment's policy"],
  ["enable-debug-command", "who may do what is the environment's policy"],
  ["daemonize", "the server is a container's only process"],
  ["logfile", "the server is a container's only process"],
  ["appenddirname", "backup and restore look for the files by name"],
  ["tls-port", "clients, probe and exporter have to agree on it"],
  ["slaveof", "a stack is one server"],
  ["cluster-enabled", "a stack is one server"],
])("%s is not for a service to set", (name, why) => {
  expect(problemsWith({ [name]: "x" })).toEqual([
    `shop.directives.${name}: got "${name}", expected a directive that a service may set; ${why}. Fix: remove it.`,
  ]);
});

describe("the table of directives", () => {
  it("finds a directive by its own name and by its other one", () => {
    expect(canonicalDirective("hash-max-listpack-entries")).toBe("hash-max-listpack-entries");
    expect(canonicalDirective("hash-max-ziplist-entries")).toBe("hash-max-listpack-entries");
    expect(canonicalDirective("toString")).toBeUndefined();
  });

  it("knows more with each line of Redis, and forgets nothing", () => {
    const [v70, v72, v74] = ["7.0.15", "7.2.16", "7.4.11"].map(directivesOf);
    expect(v72).toEqual(expect.arrayContaining([...(v70 ?? [])]));
    expect(v74).toEqual(expect.arrayContaining([...(v72 ?? [])]));
    expect(v72?.length).toBeGreaterThan(v70?.length ?? 0);
    expect(v74?.length).toBeGreaterThan(v72?.length ?? 0);
  });

  it("compares versions as numbers", () => {
    expect(directivesOf("7.10.0")).toEqual(directivesOf("7.4.11"));
    expect(directivesOf("10.0.0")).toEqual(directivesOf("7.4.11"));
    expect(directivesOf("6.2.0")).toEqual([]);
  });
});
