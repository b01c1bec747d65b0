import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";

type Config = ContainerInspectInfo["Config"];

/** In place of a container, one that is the same but for what is changed of its configuration. */
export async function recreateContainer(
  docker: Docker,
  name: string,
  change: (config: Config) => Partial<Config>,
): Promise<void> {
  const before = docker.getContainer(name);
  const { Config, HostConfig, NetworkSettings } = await before.inspect();
  const [NetworkMode = "none", ...others] = Object.keys(NetworkSettings.Networks);
  await before.remove({ force: true });
  const after = await docker.createContainer({
    ...Config,
    ...change(Config),
    HostConfig: { ...HostConfig, NetworkMode },
    name,
  });
  // An engine before 25 takes one network at most when it creates.
  for (const network of others) {
    await docker.getNetwork(network).connect({ Container: after.id });
  }
  await after.start();
}
