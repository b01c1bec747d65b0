import { portDetails } from "../../ops/plan-ports";

const port = (external: number, ip = "127.0.0.1") => ({ internal: 6379, external, ip, protocol: "tcp" });

describe("the ports of a plan", () => {
  it.each([
    ["stay", [port(6379)], [port(6379)]],
    ["are in another order", [port(1), port(2)], [port(2), port(1)]],
    ["are not there", undefined, null],
    ["cannot be read", "?", [{}]],
  ])("are nothing to tell where they %s", (_, before, after) => {
    expect(portDetails(before, after)).toEqual([]);
  });

  it("are told where one is published, moved and taken back", () => {
    expect(portDetails([], [port(6379)])).toEqual(["published nothing -> 127.0.0.1:6379"]);
    expect(portDetails([port(6379)], [port(6380)])).toEqual(["published 127.0.0.1:6379 -> 127.0.0.1:6380"]);
    expect(portDetails([port(6379)], undefined)).toEqual(["published 127.0.0.1:6379 -> nothing"]);
  });

  it.each(["0.0.0.0", "10.0.0.7", "::"])("are told to be open to the network at %s", (ip) => {
    expect(portDetails([port(6379)], [port(6379, ip)])).toEqual([
      `published 127.0.0.1:6379 -> ${ip}:6379`,
      `${ip}:6379 is open to the network, past the rules of the host's firewall`,
    ]);
  });

  it("are not where only the host reaches them", () => {
    expect(portDetails([], [port(6379, "::1"), port(6380, "127.0.0.2")])).toEqual([
      "published nothing -> 127.0.0.2:6380, ::1:6379",
    ]);
  });
});
