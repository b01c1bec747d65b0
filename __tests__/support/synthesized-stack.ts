import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack, Testing } from "cdktf";
import { addDockerProvider } from "../../constructs/docker-provider";
import { RedisStack } from "../../constructs/redis-stack";
import type { RedisStackProps } from "../../core/redis-stack-props";
import { backupScript, type StackOptions, shopStack, startScript, template } from "./stack-fixtures";

/** The attributes of a Terraform resource, as cdk.tf.json has them. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface ContainerJson extends Attributes {
  readonly command: readonly string[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly env?: readonly string[];
}

type ByName<T> = Readonly<Record<string, T>>;

/** A cdk.tf.json without the metadata under `//`. */
export interface StackJson {
  readonly resource: {
    readonly docker_container: ByName<ContainerJson>;
    readonly docker_network: ByName<Attributes>;
    readonly docker_volume: ByName<Attributes>;
  };
  readonly output: ByName<{ readonly value: string | number }>;
  readonly provider: { readonly docker: readonly Attributes[] };
  readonly terraform: Attributes;
}

const outdir = mkdtempSync(join(tmpdir(), "redis-on-docker-unit-"));

afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const newApp = () => new App({ outdir, stackTraces: false });

const parse = (stack: TerraformStack): StackJson => JSON.parse(Testing.synth(stack, true));

/** Texts that a stack is built with, the real ones unless a test is about them. */
export interface Texts {
  readonly template?: string;
  readonly startScript?: string;
}

/** Synthesizes a stack from its values. */
export function synthStack(id: string, values: RedisStackProps, texts: Texts = {}): StackJson {
  return parse(new RedisStack(newApp(), id, { values, template, startScript, backupScript, ...texts }));
}

/** What a test says about `shop-dev` or `shop-prod`, and about the texts it is built with. */
export type ShopOptions = StackOptions & Texts;

/** Synthesizes `shop-dev` or `shop-prod`. */
export function synthShop(kind: "dev" | "prod", options: ShopOptions = {}): StackJson {
  const { id, props } = shopStack(kind, options);
  const { template: ownTemplate, startScript: ownStartScript } = options;
  return synthStack(id, props, {
    ...(ownTemplate === undefined ? {} : { template: ownTemplate }),
    ...(ownStartScript === undefined ? {} : { startScript: ownStartScript }),
  });
}

/** Synthesizes what `build` puts into a stack that has nothing but the provider. */
export function synthScope(build: (stack: TerraformStack) => void): StackJson {
  const stack = new TerraformStack(newApp(), "scope");
  addDockerProvider(stack, {});
  build(stack);
  return parse(stack);
}

/** A container of the stack: the server unless told otherwise. */
export function containerOf(
  stack: StackJson,
  name: "redis" | "redis_exporter" | "redis_prometheus" | "redis_backup" | "container" = "redis",
): ContainerJson {
  const container = stack.resource.docker_container[name];
  if (container === undefined) {
    throw new Error(`no docker_container.${name}`);
  }
  return container;
}

/** Text of redis.conf as the container gets it, with Terraform's escapes. */
export function redisConfOf(stack: StackJson): string {
  return containerOf(stack).command[4] ?? "";
}

export function labelOf(container: ContainerJson, name: string): string | undefined {
  return container.labels.find(({ label }) => label === name)?.value;
}
