import { addressFromHost, hostFromHost, isLoopback, shortestAddress } from "../../core/host-address";

describe("isLoopback", () => {
  it.each(["127.0.0.1", "127.0.0.0", "127.255.255.255", "::1"])("knows %s", (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each([
    "126.255.255.255",
    "128.0.0.0",
    "0.0.0.0",
    "::",
    "::2",
    "192.0.2.127",
    "127.0.0.1.example",
    "127",
  ])("does not take %s for it", (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});

describe("what is published on an address", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", "127.0.0.1:6379"],
    ["192.0.2.7", "192.0.2.7", "192.0.2.7:6379"],
    ["0.0.0.0", "127.0.0.1", "127.0.0.1:6379"],
    ["::1", "::1", "[::1]:6379"],
    ["2001:db8::7", "2001:db8::7", "[2001:db8::7]:6379"],
    // Docker 20.10 answers no IPv4 there.
    ["::", "::1", "[::1]:6379"],
  ])("on %s is reached by the host itself at %s", (address, host, withPort) => {
    expect(hostFromHost(address)).toBe(host);
    expect(addressFromHost(address, 6379)).toBe(withPort);
  });

  it("has an address that a URL takes", () => {
    expect(new URL(`redis://${addressFromHost("2001:db8::7", 6379)}`).host).toBe("[2001:db8::7]:6379");
  });
});

describe("shortestAddress", () => {
  it.each(["127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::7", "fe80::1:0:0:1"])(
    "leaves %s as it is",
    (address) => {
      expect(shortestAddress(address)).toBe(address);
    },
  );

  it.each([
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:0DB8:0:0:0:0:0:7", "2001:db8::7"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["::ffff:ffff:ff", "255.255.0.255"],
  ])("makes %s %s", (address, shortest) => {
    expect(shortestAddress(address)).toBe(shortest);
  });
});
