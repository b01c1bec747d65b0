import { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container";
import { Network } from "@cdktf/provider-docker/lib/network";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import { App, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import { isProduction, portOf, serviceName } from "./services";

/** Texts that are long or a hash, ready-made: this program renders and computes nothing. */
export interface BareTexts {
  /** `command` of a development and of a production server. */
  readonly command: { readonly dev: readonly string[]; readonly prod: readonly string[] };
  /** Script of the scheduled backup, and the hash of the server's redis.conf. */
  readonly backup: { readonly script: string; readonly configuration: string };
  /** Label with the hash of what the provider does not apply in place. */
  readonly replacement: {
    readonly dev: string;
    readonly prod: string;
    readonly exporter: string;
    readonly backup: string;
  };
}

/**
 * The same `count` stacks as `synthesizeProduct`, written the way one writes them without this project: resource
 * after resource, every value a literal, nothing checked.
 */
export function synthesizeBare(count: number, outdir: string, texts: BareTexts): void {
  const app = new App({ outdir, stackTraces: false });
  for (let index = 0; index < count; index++) {
    if (isProduction(index)) {
      productionStack(app, serviceName(index), portOf(index), texts);
    } else {
      developmentStack(app, serviceName(index), portOf(index), texts);
    }
  }
  app.synth();
}

const lifecycle = { ignoreChanges: ["labels", "driver", "driver_opts"] };

const hardened = {
  readOnly: true,
  capabilities: { drop: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  restart: "unless-stopped",
  mustRun: true,
  init: false,
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
} satisfies Partial<ContainerConfig>;

const redis = {
  image: "redis:7.4.11-alpine",
  user: "999:1000",
  tmpfs: { "/usr/local/etc/redis": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
  wait: true,
  waitTimeout: 110,
} satisfies Partial<ContainerConfig>;

function emptyStack(app: App, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new DockerProvider(stack, "docker", {});
  stack.addOverride("terraform.required_providers.docker.version", "4.5.0");
  new LocalBackend(stack, { path: `../../../state/${id}.tfstate` });
  return stack;
}

function labels(
  id: string,
  service: string,
  environment: string,
  replacement: string,
  more: readonly { readonly label: string; readonly value: string }[] = [],
) {
  return [
    { label: "redis-on-docker.stack", value: id },
    { label: "redis-on-docker.service", value: service },
    { label: "redis-on-docker.environment", value: environment },
    ...more,
    { label: "redis-on-docker.replaced-when-changed", value: replacement },
  ];
}

function developmentStack(app: App, service: string, port: number, texts: BareTexts): void {
  const id = `${service}-dev`;
  const stack = emptyStack(app, id);
  const network = new Network(stack, "network", { name: `${id}-network`, internal: false });
  const volume = new Volume(stack, "redis_data", { name: `${id}-data`, lifecycle });
  new Container(stack, "redis", {
    ...hardened,
    ...redis,
    name: id,
    command: [...texts.command.dev],
    networksAdvanced: [{ name: network.id, aliases: ["redis"] }],
    volumes: [{ volumeName: volume.name, containerPath: "/data" }],
    ports: [{ internal: 6379, external: port, ip: "127.0.0.1" }],
    healthcheck: {
      test: ["CMD-SHELL", "redis-cli -e ping | grep -qx PONG"],
      interval: "5s",
      timeout: "3s",
      retries: 3,
      startPeriod: "1m0s",
    },
    memory: 629,
    memorySwap: 629,
    destroyGraceSeconds: 30,
    stopTimeout: 30,
    labels: labels(id, service, "dev", texts.replacement.dev),
  });
  outputs(stack, { id, host: "127.0.0.1", port });
}

function productionStack(app: App, service: string, port: number, texts: BareTexts): void {
  const id = `${service}-prod`;
  const stack = emptyStack(app, id);
  const kept = { ...lifecycle, preventDestroy: true };
  const network = new Network(stack, "network", { name: `${id}-network`, internal: true });
  const volume = new Volume(stack, "redis_data", { name: `${id}-data`, lifecycle: kept });
  const secrets = new Volume(stack, "redis_secrets", { name: `${id}-secrets`, lifecycle: kept });
  const server = new Container(stack, "redis", {
    ...hardened,
    ...redis,
    name: id,
    command: [...texts.command.prod],
    networksAdvanced: [{ name: network.id, aliases: ["redis"] }],
    volumes: [
      { volumeName: volume.name, containerPath: "/data" },
      { volumeName: secrets.name, containerPath: "/run/secrets", readOnly: true },
    ],
    healthcheck: {
      test: [
        "CMD-SHELL",
        "redis-cli -e --no-auth-warning -u redis://health:x@127.0.0.1:6379 ping | grep -qx PONG",
      ],
      interval: "5s",
      timeout: "3s",
      retries: 3,
      startPeriod: "1m0s",
    },
    memory: 4571,
    memorySwap: 4571,
    destroyGraceSeconds: 120,
    stopTimeout: 120,
    labels: labels(id, service, "prod", texts.replacement.prod, [
      { label: "redis-on-docker.data-volume", value: "protected" },
    ]),
  });
  const metrics = new Network(stack, "metrics", { name: `${id}-metrics` });
  const exporterSecrets = new Volume(stack, "exporter_secrets", {
    name: `${id}-exporter-secrets`,
    lifecycle: kept,
  });
  new Container(stack, "redis_exporter", {
    ...hardened,
    name: `${id}-exporter`,
    image: "oliver006/redis_exporter:v1.88.0",
    user: "59000:59000",
    env: [
      `REDIS_ADDR=redis://${id}:6379`,
      "REDIS_EXPORTER_CONNECTION_TIMEOUT=3s",
      "REDIS_EXPORTER_CONFIG_COMMAND=-",
      "REDIS_PASSWORD_FILE=/run/secrets/redis_exporter_passwords.json",
      "REDIS_USER=exporter",
    ],
    networksAdvanced: [{ name: network.id }, { name: metrics.id }],
    volumes: [{ volumeName: exporterSecrets.name, containerPath: "/run/secrets", readOnly: true }],
    ports: [{ internal: 9121, external: port, ip: "127.0.0.1" }],
    memory: 64,
    memorySwap: 64,
    destroyGraceSeconds: 10,
    stopTimeout: 10,
    labels: labels(id, service, "prod", texts.replacement.exporter),
    dependsOn: [server],
  });
  scheduledBackup(stack, service, { server, network, texts });
  outputs(stack, { id, host: id, port: 6379 });
  new TerraformOutput(stack, "metrics_url", { value: `http://127.0.0.1:${port}/metrics` });
}

function scheduledBackup(
  stack: TerraformStack,
  service: string,
  {
    server,
    network,
    texts,
  }: { readonly server: Container; readonly network: Network; readonly texts: BareTexts },
): void {
  const id = `${service}-prod`;
  const kept = { ...lifecycle, preventDestroy: true };
  const backups = new Volume(stack, "redis_backups", { name: `${id}-backups`, lifecycle: kept });
  const secrets = new Volume(stack, "backup_secrets", { name: `${id}-backup-secrets`, lifecycle: kept });
  new Container(stack, "redis_backup", {
    ...hardened,
    name: `${id}-backup`,
    image: redis.image,
    command: [
      ...["sh", "-c", texts.backup.script, "redis-backup", id, id],
      ...["21600", "12", "259200", "2147483648", "7.4.11", texts.backup.configuration, "9122"],
    ],
    user: redis.user,
    tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
    networksAdvanced: [{ name: network.id }],
    volumes: [
      { volumeName: backups.name, containerPath: "/data" },
      { volumeName: secrets.name, containerPath: "/run/secrets", readOnly: true },
    ],
    healthcheck: {
      test: ["CMD-SHELL", "find /data -name '*Z-????.json' -mmin -730 | grep -q ."],
      interval: "1m0s",
      timeout: "10s",
      retries: 3,
      startPeriod: "10m0s",
    },
    memory: 2112,
    memorySwap: 2112,
    destroyGraceSeconds: 10,
    stopTimeout: 10,
    labels: labels(id, service, "prod", texts.replacement.backup),
    dependsOn: [server],
  });
}

function outputs(
  stack: TerraformStack,
  { id, host, port }: { readonly id: string; readonly host: string; readonly port: number },
): void {
  new TerraformOutput(stack, "container_name", { value: id });
  new TerraformOutput(stack, "host", { value: host });
  new TerraformOutput(stack, "port", { value: port });
  new TerraformOutput(stack, "network_name", { value: `${id}-network` });
  new TerraformOutput(stack, "volume_name", { value: `${id}-data` });
  new TerraformOutput(stack, "url", { value: `redis://${host}:${port}` });
}
