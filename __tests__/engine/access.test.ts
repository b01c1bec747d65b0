import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sentraPortal } from "../../config/services/sentra-portal";
import { initSecrets } from "../../ops/stack-secrets";
import { answersTo, commandsOf, converse, type KnownCommand } from "../support/redis-wire";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Who may do what with a production Redis: asked of the running server, command by command. */

/** What Redis answers to everybody, since nobody could log in otherwise. */
const ALWAYS_ALLOWED = ["auth", "hello", "quit", "reset"];

let scratch: Scratch;
let stack: TestStack;
let commands: readonly KnownCommand[];

beforeAll(async () => {
  scratch = await Scratch.create();
  const service = edited(await renamed(sentraPortal, "prod", scratch), { memory: { maxmemory: "64 MiB" } });
  stack = new TestStack(scratch, service);
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  commands = await commandsOf(stack);
}, 120_000);

afterAll(() => scratch.remove());

const named = (...names: readonly string[]) => commands.filter(({ name }) => names.includes(name));
const allBut = (...names: readonly string[]) => commands.filter(({ name }) => !names.includes(name));

/**
 * Commands that were not refused with `code`. EXEC says the reason after a code of its own; MODULE LOAD is
 * switched off for everybody, and Redis says so before it asks who is there.
 */
async function notRefused(code: string, login: readonly string[], asked: readonly KnownCommand[]) {
  const refusal = new RegExp(`^-(${code} |EXECABORT .*${code} |ERR MODULE command not allowed)`);
  return [...(await answersTo(stack, login, asked))].filter(([, answer]) => !refusal.test(answer));
}

/** Runs one command as the service's clients do, with the password that the server has. */
async function asClient(...command: readonly string[]): Promise<string> {
  const script = 'REDISCLI_AUTH=$(cat /run/secrets/redis_password) exec redis-cli "$@"';
  return (await stack.exec("sh", "-c", script, "client", ...command)).stdout.trim();
}

describe("without a password", () => {
  it("is refused every command of the server", async () => {
    const asked = allBut(...ALWAYS_ALLOWED);
    expect(asked.length).toBeGreaterThan(300);
    expect(await notRefused("NOAUTH", [], asked)).toEqual([]);
  });

  it("is refused HELLO, too, unless it logs in", async () => {
    expect(await notRefused("NOAUTH", [], named("hello"))).toEqual([]);
  });

  it("is refused with a wrong password", async () => {
    expect(await converse(stack, ["AUTH wrong", "PING"])).toEqual([
      expect.stringMatching(/^-WRONGPASS /),
      expect.stringMatching(/^-NOAUTH /),
    ]);
  });
});

describe("with the service's password", () => {
  it("writes and reads", async () => {
    expect(await asClient("SET", "key", "value")).toBe("OK");
    expect(await asClient("GET", "key")).toBe("value");
  });

  it.each(["FLUSHALL", "FLUSHDB", "DEBUG", "CONFIG", "SHUTDOWN"])("does not know %s", async (command) => {
    expect(await asClient(command)).toContain(`ERR unknown command '${command}'`);
  });

  it("asks for the configuration by the other name of CONFIG", async () => {
    expect(await asClient("OPS_CONFIG", "GET", "maxmemory")).toBe(`maxmemory\n${64 * 1024 ** 2}`);
  });
});

describe("user ops", () => {
  it.each(["FLUSHALL", "FLUSHDB", "DEBUG", "CONFIG", "SHUTDOWN"])("does not know %s", async (command) => {
    const { stderr, stdout } = await stack.exec("sh", "-c", `${LOGIN_OPS} ${command}`);
    expect(stdout + stderr).toContain(`ERR unknown command '${command}'`);
  });

  it("may use the other name of CONFIG", async () => {
    expect(await stack.redis("OPS_CONFIG", "GET", "appendonly")).toBe("appendonly\nyes");
  });
});

const LOGIN_OPS =
  "REDISCLI_AUTH=$(cat /run/secrets/redis_ops_password) exec redis-cli --user ops --no-auth-warning";

describe("user health", () => {
  const login = ["AUTH health x"];

  it("may PING", async () => {
    expect(await converse(stack, [...login, "PING"])).toEqual(["+OK", "+PONG"]);
  });

  it("is refused every other command of the server", async () => {
    const asked = allBut("ping", ...ALWAYS_ALLOWED);
    expect(await notRefused("NOPERM", login, asked)).toEqual([]);
  });
});

describe("from the host", () => {
  it("publishes no port", async () => {
    const { NetworkSettings, HostConfig } = await stack.container.inspect();
    expect(HostConfig.PortBindings ?? {}).toEqual({});
    expect(HostConfig.PublishAllPorts).toBe(false);
    expect(Object.values(NetworkSettings.Ports).filter((bindings) => bindings !== null)).toEqual([]);
  });

  it("has no listener for the server, and has one for the exporter, which shows that it would be seen", async () => {
    const { exporter, server } = stack.props;
    expect(await listenersFor(server.containerName)).toEqual([]);
    expect(await listenersFor(exporter?.containerName ?? "")).toEqual([`127.0.0.1:${exporter?.hostPort}`]);
  });

  it("is on a network without a way in or out, and on no other", async () => {
    const { NetworkSettings } = await stack.container.inspect();
    const networks = Object.keys(NetworkSettings.Networks);
    expect(networks).toEqual([stack.props.network.name]);
    expect((await scratch.docker.getNetwork(networks[0] ?? "").inspect()).Internal).toBe(true);
  });
});

/** Where the host listens for a container: Docker runs a `docker-proxy` for each published port. */
async function listenersFor(containerName: string): Promise<readonly string[]> {
  const { NetworkSettings } = await scratch.docker.getContainer(containerName).inspect();
  const addresses = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid))
    .filter((argv) => argv[0]?.endsWith("docker-proxy"))
    .filter((argv) => addresses.includes(after(argv, "-container-ip")))
    .map((argv) => `${after(argv, "-host-ip")}:${after(argv, "-host-port")}`);
}

const after = (argv: readonly string[], flag: string) => argv[argv.indexOf(flag) + 1] ?? "";

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(join("/proc", pid, "cmdline"), "utf8").split("\0");
  } catch {
    return []; // The process has ended.
  }
}
