import { DockerProvider as Provider } from "@cdktf/provider-docker/lib/provider";
import type { TerraformStack } from "cdktf";
import type { DockerProps } from "../core/redis-stack-props";
import { terraformLiteral } from "./terraform-literal";

/**
 * Release of kreuzwerker/docker that every stack is pinned to. The bindings were generated from 3.6.2,
 * which deletes a stopped container during plan and crashes on `cpus`: docs/decisions/002-provider-version.md.
 */
export const DOCKER_PROVIDER_VERSION = "4.5.0";

/** The one place where the provider enters a stack. */
export function addDockerProvider(stack: TerraformStack, { host }: DockerProps): Provider {
  const provider = new Provider(stack, "docker", host === undefined ? {} : { host: terraformLiteral(host) });
  stack.addOverride("terraform.required_providers.docker.version", DOCKER_PROVIDER_VERSION);
  return provider;
}
