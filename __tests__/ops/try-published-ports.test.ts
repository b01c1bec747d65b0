import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tryPublishedPorts } from "../../ops/try-published-ports";
import { freePorts } from "../support/free-ports";
import { shopStack } from "../support/stack-fixtures";

let servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

/** Port of a server that listens at `address` alone. */
async function listen(server: Server, address: string): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: address, port: 0, ipv6Only: true }, resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers every line, as Redis does. */
const redis = (reply: string) => createServer((socket) => socket.on("data", () => socket.end(reply)));

const exporter = (metrics: string) => createHttpServer((_, response) => response.end(metrics));

/** What is found at the server's port, and what was said while waiting. */
async function tried(kind: "dev" | "prod", hostAddress: string, hostPort: number) {
  const environment = { network: "bridge" } as const;
  const deployment = { hostPort, hostAddress, exporter: "off" } as const;
  const said: string[] = [];
  const terminal = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
  const { props } = shopStack(kind, { deployment, environment });
  return { findings: await tryPublishedPorts(props, terminal), said };
}

/** What is found at the exporter's port, after a second at most. */
async function triedExporter(hostAddress: string, hostPort: number, seconds = 1) {
  const said: string[] = [];
  const terminal = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
  const { props } = shopStack("dev", { deployment: { exporter: { hostPort, hostAddress } } });
  return { findings: await tryPublishedPorts(props, terminal, seconds), said };
}

describe("the port of the server", () => {
  // On Linux all of 127.0.0.0/8 is loopback; elsewhere only the first.
  const own = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

  test("is tried at the address on which it is published, and at no other", async () => {
    const port = await listen(redis("+PONG\r\n"), own);
    expect(await tried("dev", own, port)).toEqual({
      findings: [{ check: `${own}:${port}`, ok: true, saw: "+PONG" }],
      said: [],
    });
  });

  test("is tried on loopback when it is published on every address", async () => {
    const port = await listen(redis("+PONG\r\n"), "127.0.0.1");
    expect((await tried("dev", "0.0.0.0", port)).findings).toEqual([
      { check: `127.0.0.1:${port}`, ok: true, saw: "+PONG" },
    ]);
  });

  test("has brackets around an IPv6 address", async () => {
    const [port = 0] = await freePorts(1);
    const { findings } = await tried("dev", "::1", port);
    expect(findings).toEqual([{ check: `[::1]:${port}`, ok: false, saw: expect.stringContaining("::1") }]);
  });

  test("is not as it should be when nothing listens", async () => {
    const [port = 0] = await freePorts(1);
    expect((await tried("dev", "127.0.0.1", port)).findings).toEqual([
      { check: `127.0.0.1:${port}`, ok: false, saw: `connect ECONNREFUSED 127.0.0.1:${port}` },
    ]);
  });

  test("is not as it should be when something hangs up", async () => {
    const port = await listen(
      createServer((socket) => socket.on("data", () => socket.end())),
      "127.0.0.1",
    );
    expect((await tried("dev", "127.0.0.1", port)).findings).toEqual([
      { check: `127.0.0.1:${port}`, ok: false, saw: "hung up without an answer" },
    ]);
  });

  test.each([
    ["-NOAUTH Authentication required.", true],
    ["+PONG", false],
  ])("answers %s to who sends no password, where one is asked for: %j", async (reply, ok) => {
    const port = await listen(redis(`${reply}\r\n`), "127.0.0.1");
    expect((await tried("prod", "127.0.0.1", port)).findings).toEqual([
      { check: `127.0.0.1:${port}`, ok, saw: reply },
    ]);
  });

  test("is not tried where none is published", async () => {
    const { props } = shopStack("dev");
    expect(await tryPublishedPorts(props, { out: () => {}, err: () => {} })).toEqual([]);
  });
});

describe("the port of the exporter", () => {
  test.each([
    ["# HELP redis_up\nredis_up 1\n", true, "redis_up 1"],
    ["redis_up 0\n", false, "redis_up 0"],
    ["go_threads 7\n", false, "no redis_up"],
  ])("that shows %j is as it should be: %j", async (metrics, ok, saw) => {
    const port = await listen(exporter(metrics), "127.0.0.1");
    expect((await triedExporter("0.0.0.0", port)).findings).toEqual([
      { check: `127.0.0.1:${port}/metrics`, ok, saw },
    ]);
  });

  test("is said to be waited for after two seconds, with what is wrong", async () => {
    const [port = 0] = await freePorts(1);
    const { findings, said } = await triedExporter("127.0.0.1", port, 3);
    const saw = `connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(findings).toEqual([{ check: `127.0.0.1:${port}/metrics`, ok: false, saw }]);
    expect(said).toEqual([`waiting for 127.0.0.1:${port}/metrics: ${saw}, 2 s of 3 s`]);
  });
});

describe("the port of Prometheus", () => {
  const rules = (...lastErrors: readonly string[]) => ({
    groups: [{ rules: lastErrors.map((lastError, index) => ({ name: `rule ${index}`, lastError })) }],
  });
  const targets = (...health: readonly string[]) => ({
    activeTargets: health.map((one) => ({
      health: one,
      lastError: one === "down" ? "refused" : "",
      labels: { job: "redis" },
    })),
  });

  /** What is found where Prometheus answers so, after a second at most. */
  async function triedPrometheus(answers: { rules: object; targets: object } | string) {
    const port = await listen(
      createHttpServer(({ url = "" }, response) =>
        response.end(
          typeof answers === "string"
            ? answers
            : JSON.stringify({ data: url.startsWith("/api/v1/rules") ? answers.rules : answers.targets }),
        ),
      ),
      "127.0.0.1",
    );
    const deployment = { exporter: { hostPort: 9 }, prometheus: { hostPort: port } };
    const { props } = shopStack("dev", { deployment });
    const { exporter: _, ...others } = props;
    const [finding, ...rest] = await tryPublishedPorts(others, { out: () => {}, err: () => {} }, 0, 0);
    expect(rest).toEqual([]);
    expect(finding?.check).toBe(`http://127.0.0.1:${port}`);
    return { ok: finding?.ok, saw: finding?.saw };
  }

  test("is as it should be when rules are loaded and every target is up", async () => {
    expect(await triedPrometheus({ rules: rules("", ""), targets: targets("up", "up") })).toEqual({
      ok: true,
      saw: "2 rules loaded, targets up",
    });
  });

  test.each([
    [{ rules: rules(), targets: targets("up") }, "0 rules loaded, targets up"],
    [{ rules: rules("", "bad"), targets: targets("up") }, "2 rules loaded, rule rule 1: bad, targets up"],
    [{ rules: rules(""), targets: targets() }, "1 rules loaded, no targets"],
    [{ rules: rules(""), targets: targets("up", "down") }, "1 rules loaded, target redis down: refused"],
    [{ rules: rules(""), targets: targets("unknown") }, "1 rules loaded, target redis unknown"],
    ["{}", "an answer that Prometheus would not give, with status 200"],
  ])("is not as it should be with %j", async (answers, saw) => {
    expect(await triedPrometheus(answers)).toEqual({ ok: false, saw });
  });

  test("says why there is no answer", async () => {
    const [port = 0] = await freePorts(1);
    const { props } = shopStack("dev", {
      deployment: { exporter: { hostPort: 9 }, prometheus: { hostPort: port } },
    });
    const { exporter: _, ...others } = props;
    expect(await tryPublishedPorts(others, { out: () => {}, err: () => {} }, 0, 0)).toEqual([
      { check: `http://127.0.0.1:${port}`, ok: false, saw: `connect ECONNREFUSED 127.0.0.1:${port}` },
    ]);
  });
});
