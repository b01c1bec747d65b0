import { problemsOf } from "../support/stack-fixtures";

const ADDRESS =
  "expected a host name, neither localhost nor an IP address, which clients would not look up. ";

describe.each([
  ["containerName", (name: string) => ({ containerName: name })],
  ["aliases", (name: string) => ({ aliases: [name] })],
] as const)("a host name in %s", (field, make) => {
  const problemsWith = (name: string) => problemsOf("dev", { deployment: make(name) });

  it.each(["redis", "basket_1.example", "7-redis", "x".repeat(63), "1.2.3.4.5"])("may be %s", (name) => {
    expect(problemsWith(name)).toEqual([]);
  });

  it("may have 63 characters", () => {
    expect(problemsWith("x".repeat(64))).toEqual([
      `shop.environments.dev.${field}: got 64 characters, expected 63 at most, since it is a host name. ` +
        "Fix: use a shorter name.",
    ]);
  });

  it.each(["localhost", "LocalHost", "127.0.0.1", "10.1", "6379", "0x7f.0.0.1"])("may not be %s", (name) => {
    expect(problemsWith(name)).toEqual([
      `shop.environments.dev.${field}: got "${name}", ${ADDRESS}Fix: use a name that begins with a letter.`,
    ]);
  });
});

it.each(["shop-prod", "shop-prod-exporter"])("an alias is not the name of container %s", (alias) => {
  expect(problemsOf("prod", { deployment: { aliases: ["redis", alias] } })).toEqual([
    `shop.environments.prod.aliases: got "${alias}", expected a name beside those of the stack's containers, ` +
      "which they have anyway. Fix: remove it.",
  ]);
});

it("an alias may be what the container would be called without a name of its own", () => {
  expect(problemsOf("dev", { deployment: { containerName: "basket", aliases: ["shop-dev"] } })).toEqual([]);
});
