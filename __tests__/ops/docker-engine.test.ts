import type { Container } from "dockerode";
import { InvalidInputError } from "../../core/problem";
import { dockerEngine, engineAddress, engineProblem, exec, isLocalEngine } from "../../ops/docker-engine";
import { EmptyEngine } from "../support/empty-engine";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { unchecked } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

/** Where the client would connect to. */
const destination = (host?: string) => {
  const { modem } = dockerEngine(host === undefined ? {} : { host });
  const parts = ["protocol", "socketPath", "host", "port", "username"];
  return Object.fromEntries(parts.map((part) => [part, Reflect.get(modem, part)]));
};
const socket = (socketPath: string) => ({ protocol: "http", socketPath });

test("the stack's own host comes first, then DOCKER_HOST, then the local socket", () => {
  expect(engineAddress({})).toBe("unix:///var/run/docker.sock");
  process.env.DOCKER_HOST = "tcp://build:2375";
  expect(engineAddress({})).toBe("tcp://build:2375");
  expect(engineAddress({ host: "ssh://ops@redis-host" })).toBe("ssh://ops@redis-host");
});

test("an empty DOCKER_HOST is none, as it is for the docker command", () => {
  process.env.DOCKER_HOST = "";
  expect(engineAddress({})).toBe("unix:///var/run/docker.sock");
});

describe("addresses", () => {
  test("a socket, also one with a blank in its path", () => {
    expect(destination()).toEqual(socket("/var/run/docker.sock"));
    expect(destination("unix:///home/a b/docker.sock")).toEqual(socket("/home/a b/docker.sock"));
  });

  test("tcp with and without a port", () => {
    expect(destination("tcp://build:1234")).toEqual({ protocol: "http", host: "build", port: "1234" });
    expect(destination("tcp://build")).toEqual({ protocol: "http", host: "build", port: 2375 });
  });

  test("tcp with TLS, by its port or by DOCKER_TLS_VERIFY", () => {
    expect(destination("tcp://build:2376")).toMatchObject({ protocol: "https", host: "build" });
    process.env.DOCKER_TLS_VERIFY = "1";
    expect(destination("tcp://build:1234")).toMatchObject({ protocol: "https", host: "build" });
  });

  test("ssh with and without a port", () => {
    expect(destination("ssh://ops@redis-host:2222")).toEqual({
      protocol: "ssh",
      host: "redis-host",
      port: "2222",
      username: "ops",
    });
    expect(destination("ssh://ops@redis-host")).toEqual({
      protocol: "ssh",
      host: "redis-host",
      username: "ops",
    });
  });

  test("ssh with the keys of the agent that runs", () => {
    process.env.SSH_AUTH_SOCK = "/run/agent";
    expect(Reflect.get(dockerEngine({ host: "ssh://ops@redis-host" }).modem, "sshOptions")).toMatchObject({
      agent: "/run/agent",
    });
  });
});

test("nothing of another DOCKER_HOST gets into the address of a stack's own engine", () => {
  process.env.DOCKER_HOST = "ssh://somebody@elsewhere:2222";
  expect(destination("unix:///var/run/docker.sock")).toMatchObject({
    host: undefined,
    socketPath: "/var/run/docker.sock",
  });
  expect(destination("tcp://build:2375")).toMatchObject({ protocol: "http", host: "build", port: "2375" });
});

test("only an engine behind a socket publishes on this machine's loopback", () => {
  expect(isLocalEngine({})).toBe(true);
  expect(isLocalEngine({ host: "tcp://build:2375" })).toBe(false);
  expect(isLocalEngine({ host: "ssh://ops@redis-host" })).toBe(false);
});

test.each([
  ["tcp://user:secret@build:2375", "tcp://user@build:2375"],
  ["tcp://:secret@build", "tcp://@build"],
  ["https://user:se:cr@e/t?#@build:2376", "https://user@build:2376"],
  ["https://user://secret@build", "https://user@build"],
  ["user:secret@build", "user@build"],
  ["ssh://ops@redis-host:2222", "ssh://ops@redis-host:2222"],
  ["tcp://[::1]:2375", "tcp://[::1]:2375"],
  ["unix:///run/a:b@c.sock", "unix:///run/a:b@c.sock"],
])("the address of an engine is shown without a password: %s", (address, shown) => {
  expect(engineAddress({ host: address })).toBe(shown);
  process.env.DOCKER_HOST = address;
  expect(engineAddress({})).toBe(shown);
});

test("an engine that does not answer is told without a password", async () => {
  process.env.DOCKER_HOST = "tcp://user:secret@127.0.0.1:1";
  expect(await engineProblem({})).toMatchObject({ got: "no answer from tcp://user@127.0.0.1:1" });
});

test.each([
  ["garbage", '"garbage"'],
  ["not an address", '"not an address"'],
  ["tcp://", '"tcp://"'],
  ["unix://docker.sock", '"unix://docker.sock"'],
  ["file:///run/docker.sock", '"file:///run/docker.sock"'],
  ["tcp://user:secret@build:port", '"tcp://user@build:port"'],
  ["a\u001b[31m", '"a\\u001b[31m"'],
])("a DOCKER_HOST that is no address is refused, and said without a password: %j", async (address, got) => {
  process.env.DOCKER_HOST = address;
  const problem = {
    field: "DOCKER_HOST",
    got,
    expected: "an address such as unix:///var/run/docker.sock, ssh://USER@HOST or tcp://HOST:PORT",
    fix: "write one of these, or unset it for this machine's own engine",
  };
  expect(() => dockerEngine({})).toThrow(new InvalidInputError([problem]));
  expect(await engineProblem({})).toEqual(problem);
  expect(await engineProblem({ host: "nowhere" })).toEqual({
    ...problem,
    field: "docker.host",
    got: '"nowhere"',
  });
});

test("an engine that answers is no problem", async () => {
  const engine = await EmptyEngine.listen(inFolder("docker.sock"));
  try {
    expect(await engineProblem({ host: engine.address })).toBeUndefined();
    expect(engine.asked).toEqual(["GET /_ping"]);
  } finally {
    await engine.close();
  }
});

test.each([["unix:///nowhere/docker.sock"], ["tcp://127.0.0.1:1"]])(
  "an engine that does not answer is a problem: %s",
  async (host) => {
    expect(await engineProblem({ host })).toEqual({
      field: "docker",
      got: `no answer from ${host}`,
      expected: "a running Docker engine",
      fix: "start Docker (bin/up does it on Debian and Ubuntu), or set DOCKER_HOST",
    });
  },
);

describe("a command in a container that does not run commands", () => {
  const refusing = (message: string) => {
    const error = Object.assign(new Error(`(HTTP code 409) conflict - ${message}`), { statusCode: 409 });
    return { error, container: unchecked<Container>({ exec: () => Promise.reject(error) }) };
  };

  test("since it is paused, is a problem with a fix", async () => {
    const { container } = refusing("Container shop-prod is paused, unpause the container before exec ");
    await expect(exec(container, ["true"])).rejects.toEqual(
      new InvalidInputError([
        {
          field: "shop-prod",
          got: "a container that is paused",
          expected: "one that runs",
          fix: "docker unpause shop-prod",
        },
      ]),
    );
  });

  test("since it has ended, is what the engine said", async () => {
    const { container, error } = refusing("Container 0123abcd is not running ");
    await expect(exec(container, ["true"])).rejects.toBe(error);
  });
});
