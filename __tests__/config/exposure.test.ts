import { problemsOf, shopStack } from "../support/stack-fixtures";

const FIELDS = [
  ["hostAddress", (hostAddress: string) => ({ hostPort: 6379, hostAddress })],
  ["exporter.hostAddress", (hostAddress: string) => ({ exporter: { hostPort: 9121, hostAddress } })],
  [
    "prometheus.hostAddress",
    (hostAddress: string) => ({
      exporter: { hostPort: 9121 },
      prometheus: { hostPort: 9090, hostAddress },
    }),
  ],
] as const;

const LOOPBACK = 'Fix: leave it out for "127.0.0.1", which nobody else reaches.';

describe.each(FIELDS)("the address in %s", (name, make) => {
  const field = `shop.environments.dev.${name}`;
  const problemsWith = (address: string) => problemsOf("dev", { deployment: make(address) });

  it.each([
    "127.0.0.1",
    "127.255.255.255",
    "0.0.0.0",
    "192.0.2.7",
    "223.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "2001:db8::7",
    "fe00::1",
  ])("may be %s", (address) => {
    expect(problemsWith(address)).toEqual([]);
  });

  it.each(["", "localhost", "127.0.0.256", "127.0.0", "127.0.0.01", "192.0.2.0/24", "fe80::1%eth0", "[::1]"])(
    "may not be %j, which is no address",
    (address) => {
      expect(problemsWith(address)).toEqual([
        `${field}: got ${JSON.stringify(address)}, expected an IPv4 or IPv6 address of the host. ${LOOPBACK}`,
      ]);
    },
  );

  it.each([
    "224.0.0.0",
    "239.255.255.255",
    "255.255.255.255",
    "ff00::1",
    "ffff::1",
    "FF02::1",
    "::ffff:224.0.0.1",
  ])("may not be %s, which no host has alone", (address) => {
    expect(problemsWith(address)).toEqual([
      `${field}: got "${address}", expected an address that a host has; this one is for multicast or broadcast. ${LOOPBACK}`,
    ]);
  });

  it.each([
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8::7", "2001:db8::7"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
  ])("may not be %s, which Docker reports as %s", (address, reported) => {
    expect(problemsWith(address)).toEqual([
      `${field}: got "${address}", expected the spelling that Docker reports, or every plan would show a change. ` +
        `Fix: write "${reported}".`,
    ]);
  });
});

describe("what is published", () => {
  it("is on loopback, unless the service says otherwise", () => {
    const { props, decisions } = shopStack("dev", {
      deployment: { hostPort: 6379, exporter: { hostPort: 9121 } },
    });
    expect([props.server.hostAddress, props.exporter?.hostAddress]).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(decisions.sourceOf("server.hostAddress")).toEqual({ kind: "default" });
    expect(decisions.sourceOf("exporter.hostAddress")).toEqual({ kind: "default" });
  });

  it("is on the address that the service says", () => {
    const { props, decisions } = shopStack("dev", {
      deployment: {
        hostPort: 6379,
        hostAddress: "192.0.2.7",
        exporter: { hostPort: 9121, hostAddress: "192.0.2.8" },
      },
    });
    expect([props.server.hostAddress, props.exporter?.hostAddress]).toEqual(["192.0.2.7", "192.0.2.8"]);
    expect(decisions.sourceOf("server.hostAddress")).toEqual({ kind: "service" });
    expect(decisions.sourceOf("exporter.hostAddress")).toEqual({ kind: "service" });
  });

  it("has a port where it has an address", () => {
    expect(problemsOf("dev", { deployment: { hostAddress: "192.0.2.7" } })).toEqual([
      'shop.environments.dev.hostAddress: got "192.0.2.7", expected an address together with hostPort; nothing is ' +
        "published without. Fix: write hostPort, or leave hostAddress out.",
    ]);
  });

  it("is no port of a server whose network is internal", () => {
    expect(problemsOf("prod", { deployment: { hostPort: 6379 } })).toEqual([
      "shop.environments.prod.hostPort: got 6379, expected no published port, since the network of environment prod is " +
        "internal. Fix: leave hostPort out and let the clients join the network.",
    ]);
  });
});
