import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { containerRequest, endpoint, limits } from "./container-request";
import { containerRules } from "./container-rules";
import { containerState } from "./container-state";
import { findImage } from "./docker-image";
import { engineMessage, ifFound, isAnswer, poll, tolerating } from "./engine";
import { HalfDone, Problem } from "./problem";
import type { Resource, World } from "./resource";
import { type Attributes, equivalent, type Type } from "./values";
import { View } from "./view";

/** A start of what runs and a stop of what stands: nothing to do. */
const ALREADY_SO = 304;
const GONE = 404;
const BEING_REMOVED = 409;
const HEALTH_INTERVAL = 250;
const REMOVAL_LIMIT = { milliseconds: 60_000, every: 100 };

/** `docker_container`: created, joined to its networks, started, and waited for. */
export const dockerContainer: Resource = {
  rules: containerRules,
  hasTimeouts: true,
  canImport: true,

  async create(planned, world) {
    const view = new View(planned);
    const container = await worded(view, "create", () => createContainer(view, world));
    try {
      await worded(view, "start", () => bringUp(container, view, world));
      const logs = view.flag("attach") ? await runToEnd(container, view, world) : {};
      const state = await read(container.id, view, world);
      return state && { ...state, ...logs };
    } catch (error) {
      throw new HalfDone(container.id, error);
    }
  },

  async read(state, world) {
    const view = new View(state);
    return read(view.text("id"), view, world);
  },

  async update(prior, planned, world) {
    const view = new View(planned);
    const container = world.docker.getContainer(view.text("id"));
    if (!new View(prior).flag("must_run") && view.flag("must_run") && view.flag("start")) {
      await worded(view, "start", () => tolerating([ALREADY_SO], container.start()));
    }
    if (changesLive(prior, planned)) {
      const { MemorySwap, ...others } = limits(view);
      await worded(view, "update", () =>
        container.update({ ...others, ...(MemorySwap ? { MemorySwap } : {}) }),
      );
    }
    return {};
  },

  async delete(state, world) {
    const view = new View(state);
    const container = world.docker.getContainer(view.text("id"));
    if (!view.flag("attach")) {
      const grace = Math.max(0, view.number("destroy_grace_seconds"));
      await tolerating([ALREADY_SO, GONE], container.stop({ t: grace }));
    }
    await tolerating(
      [GONE, BEING_REMOVED],
      container.remove({ v: view.flag("remove_volumes"), force: true }),
    );
    const isGone = async (): Promise<true | undefined> =>
      (await ifFound(container.inspect())) === undefined ? true : undefined;
    if ((await poll(isGone, { ...REMOVAL_LIMIT, stop: world.stop })) === undefined) {
      throw new Problem(
        `docker_container ${view.text("name")}: got a container that is still there, expected none.`,
      );
    }
  },
};

async function createContainer(view: View, world: World): Promise<Docker.Container> {
  const request = containerRequest(view);
  await findImage(view.text("image"), world);
  if (request.Healthcheck?.StartInterval) {
    await requireStartInterval(world);
  }
  return world.docker.createContainer({ ...request, abortSignal: world.stop });
}

/** An older engine takes the field and forgets it. */
async function requireStartInterval(world: World): Promise<void> {
  const { ApiVersion } = await world.docker.version();
  const [major = 0, minor = 0] = ApiVersion.split(".").map(Number);
  if (major < 1 || (major === 1 && minor < 44)) {
    throw new Problem(
      `docker_container.healthcheck.start_interval: got a value, expected none on an engine with API ${ApiVersion}. ` +
        "Fix: remove it, or use an engine with API 1.44 or later.",
      ["healthcheck"],
    );
  }
}

async function bringUp(container: Docker.Container, view: View, world: World): Promise<void> {
  const networks = view.blocks("networks_advanced");
  if (networks.length > 0) {
    await leaveBridge(container, world);
  }
  for (const network of networks) {
    await world.docker
      .getNetwork(network.text("name"))
      .connect({ Container: container.id, EndpointConfig: endpoint(network) });
  }
  if (!view.flag("start")) {
    return;
  }
  await container.start();
  if (view.flag("wait")) {
    await waitUntilHealthy(container, view, world);
  }
}

async function leaveBridge(container: Docker.Container, world: World): Promise<void> {
  try {
    await world.docker.getNetwork("bridge").disconnect({ Container: container.id });
  } catch (error) {
    if (!engineMessage(error).includes("is not connected to the network bridge")) {
      throw error;
    }
  }
}

async function waitUntilHealthy(container: Docker.Container, view: View, world: World): Promise<void> {
  let health = "";
  const question = async (): Promise<true | undefined> => {
    const { State } = await container.inspect();
    if (State.Health === undefined) {
      throw new Problem(
        "docker_container.wait: got true, expected false for a container with no healthcheck. " +
          "Fix: remove wait, or add a healthcheck.",
        ["wait"],
      );
    }
    health = `${State.Status}, ${State.Health.Status}`;
    return State.Health.Status === "healthy" ? true : undefined;
  };
  const seconds = view.number("wait_timeout");
  const limit = { milliseconds: seconds * 1000, every: HEALTH_INTERVAL, stop: world.stop };
  if ((await poll(question, limit)) === undefined) {
    throw new Problem(
      `docker_container.wait_timeout: got a container that is ${health} after ${seconds} s, expected healthy. ` +
        `Fix: read \`docker logs ${view.text("name")}\`, or allow more time.`,
      ["wait_timeout"],
    );
  }
}

/** With `attach` the apply lasts as long as the container; with `logs` it keeps what it printed. */
async function runToEnd(container: Docker.Container, view: View, world: World): Promise<Attributes> {
  const printed = new PassThrough();
  if (view.flag("logs")) {
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    if (view.flag("tty")) {
      stream.pipe(printed);
    } else {
      stream.on("end", () => printed.end());
      world.docker.modem.demuxStream(stream, printed, printed);
    }
  } else {
    printed.end();
  }
  const [logs] = await Promise.all([text(printed), container.wait({ abortSignal: world.stop })]);
  return view.flag("logs") ? { container_logs: logs } : {};
}

/** Only a full id is found: the engine itself would take a name or the start of an id, too. */
async function read(id: string, state: View, world: World): Promise<Attributes | undefined> {
  const info = await ifFound(world.docker.getContainer(id).inspect());
  return info?.Id === id ? containerState(info, state) : undefined;
}

function changesLive(prior: Attributes, planned: Attributes): boolean {
  const type: Type = "string";
  return Object.entries(containerRules).some(
    ([name, { change }]) =>
      change === "live" && !equivalent(prior[name] ?? null, planned[name] ?? null, type),
  );
}

/** Run it; what the engine has against it is said without command and environment, which may hold secrets. */
async function worded<T>(view: View, verb: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isAnswer(error)) {
      throw error;
    }
    const hidden = ["command", "entrypoint", "env"].flatMap((name) => view.texts(name)).flatMap(withValue);
    const message = hidden
      .filter((secret) => secret.length > 2)
      .sort((left, right) => right.length - left.length)
      .reduce((said, secret) => said.replaceAll(secret, "…"), engineMessage(error));
    throw new Problem(`docker_container ${view.text("name")}: the engine refused to ${verb} it: ${message}`);
  }
}

/** An environment entry, and what stands behind its "=". */
function withValue(entry: string): string[] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry] : [entry, entry.slice(at + 1)];
}
