import type Docker from "dockerode";
import { readHost } from "../../../ops/doctor/read-host";
import { EngineError } from "../../support/fake-container";
import { shopStack, unchecked } from "../../support/stack-fixtures";

const shop = shopStack("dev", { deployment: { hostPort: 6390 } });
const { containerName, image } = shop.props.server;

interface Published {
  readonly Names: readonly string[];
  readonly Ports: readonly { readonly IP?: string; readonly PublicPort?: number }[];
}

/** An engine on another machine, so that its ports cannot be tried, without the stacks' image. */
const engine = (containers: readonly Published[] = [], info: object = {}) =>
  unchecked<Docker>({
    info: async () => ({
      OSType: "linux",
      SystemTime: new Date().toISOString(),
      Driver: "overlay2",
      ...info,
    }),
    version: async () => ({ Version: "20.10.24", ApiVersion: "1.41" }),
    listContainers: async () => containers,
    getContainer: () => ({
      stats: async () => {
        throw new EngineError(404);
      },
    }),
    getImage: () => ({
      inspect: async () => {
        throw new EngineError(404);
      },
    }),
  });

const read = (docker: Docker) => readHost(docker, [shop], false);

const holder = (name: string, IP: string | undefined, PublicPort?: number): Published => ({
  Names: [`/${name}`],
  Ports: [{ ...(IP === undefined ? {} : { IP }), ...(PublicPort === undefined ? {} : { PublicPort }) }],
});

const taken = { stack: "shop-dev", port: "127.0.0.1:6390", by: "container other" };

test.each([
  ["the same address", holder("other", "127.0.0.1", 6390), [taken]],
  ["every address", holder("other", "0.0.0.0", 6390), [taken]],
  ["every address of IPv6", holder("other", "::", 6390), [taken]],
  ["no address said", holder("other", undefined, 6390), [taken]],
  ["another address", holder("other", "10.0.0.1", 6390), []],
  ["another port", holder("other", "127.0.0.1", 6391), []],
  ["nothing published", holder("other", undefined), []],
  ["the stack's own", holder(containerName, "127.0.0.1", 6390), []],
])("a port that a container has at %s", async (_, container, expected) => {
  expect((await read(engine([container]))).portsTaken).toEqual(expected);
});

test("the port of a stack's Prometheus counts as well", async () => {
  const measured = shopStack("prod", { deployment: { prometheus: { hostPort: 9090 } } });
  const containers = [holder("other", "127.0.0.1", 9090)];
  const facts = await readHost(engine(containers), [measured], false);
  expect(facts.portsTaken).toEqual([{ stack: "shop-prod", port: "127.0.0.1:9090", by: "container other" }]);
  const own = holder(measured.props.prometheus?.containerName ?? "", "127.0.0.1", 9090);
  expect((await readHost(engine([own]), [measured], false)).portsTaken).toEqual([]);
});

test("an engine without the image is told by itself alone, and what it does not say is not known", async () => {
  const facts = await read(engine());
  expect(facts).toMatchObject({
    version: "20.10.24",
    logDrivers: [],
    limitsMemory: false,
    isRootless: false,
    hasLiveRestore: false,
    used: new Map(),
    inside: `the engine has no image of these stacks yet (${image})`,
  });
  expect(Math.abs(facts.clockAheadMs)).toBeLessThan(1000);
  const rootless = {
    SecurityOptions: ["name=seccomp,profile=default", "name=rootless"],
    LiveRestoreEnabled: true,
  };
  expect(await read(engine([], rootless))).toMatchObject({ isRootless: true, hasLiveRestore: true });
});

test("any other failure of the engine is no finding", async () => {
  const docker = engine();
  docker.getImage = () => unchecked({ inspect: () => Promise.reject(new EngineError(500)) });
  await expect(read(docker)).rejects.toThrow("the engine says 500");
});
