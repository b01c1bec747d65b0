import type { EnvironmentName } from "../../config/environments";
import type { Deployment, Service } from "../../config/service";
import { freePorts } from "./free-ports";
import type { Scratch } from "./scratch";

/**
 * One of the real services in one environment, under names and ports that nothing else has: the service
 * as it is in `config/services`, but for a health check every second, so that tests wait for less.
 */
export async function renamed(
  service: Service,
  environment: EnvironmentName,
  { prefix }: Pick<Scratch, "prefix">,
): Promise<Service> {
  const deployment = deploymentOf(service, environment);
  const { hostPort, exporter, containerName, networkName, dataVolumeName } = deployment;
  const [freePort = 0, metricsPort = 0] = await freePorts(2);
  return {
    ...service,
    name: `${prefix}-${service.name}`,
    healthcheck: { ...service.healthcheck, interval: "1 s" },
    environments: {
      [environment]: {
        ...deployment,
        ...(hostPort === undefined ? {} : { hostPort: freePort }),
        ...(typeof exporter === "object" ? { exporter: { hostPort: metricsPort } } : {}),
        ...(containerName === undefined ? {} : { containerName: `${prefix}-${containerName}` }),
        ...(networkName === undefined ? {} : { networkName: `${prefix}-${networkName}` }),
        ...(dataVolumeName === undefined ? {} : { dataVolumeName: `${prefix}-${dataVolumeName}` }),
      },
    },
  };
}

/** The service with other facts in its one environment: what an edit of its file does. */
export function edited(service: Service, change: Partial<Deployment>): Service {
  return {
    ...service,
    environments: Object.fromEntries(
      Object.entries(service.environments).map(([name, deployment]) => [name, { ...deployment, ...change }]),
    ),
  };
}

function deploymentOf(service: Service, environment: EnvironmentName): Deployment {
  const deployment = service.environments[environment];
  if (deployment === undefined) {
    throw new Error(`${service.name} has no environment ${environment}`);
  }
  return deployment;
}
