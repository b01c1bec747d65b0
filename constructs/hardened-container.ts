import { createHash } from "node:crypto";
import { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container";
import type { Construct } from "constructs";
import type { Duration } from "../core/duration";
import type { Size } from "../core/size";

/** What a container of this project may still decide; the rest is the same for all of them. */
export interface HardenedContainerProps
  extends Omit<
    ContainerConfig,
    "memory" | "memorySwap" | "destroyGraceSeconds" | "stopTimeout" | "labels" | "logOpts" | "logDriver"
  > {
  readonly memoryLimit: Size;
  /** Memory that the kernel leaves to the container when the host is short. @default - none */
  readonly memoryReservation?: Size;
  /** Time between SIGTERM and SIGKILL. */
  readonly gracePeriod: Duration;
  readonly ownerLabels: Readonly<Record<string, string>>;
  readonly logMaxSize: Size;
  readonly logMaxFiles: number;
}

/** Label whose change replaces the container when an attribute changes that Docker or the provider never applies. */
export const REPLACEMENT_LABEL = "redis-on-docker.replaced-when-changed";

/**
 * A container without privileges that stops gracefully and plans empty when nothing changed.
 *
 * Each setting has a measured reason (kreuzwerker/docker 4.5.0):
 * - `memory_swap` equals `memory`, or Docker allows as much swap again and the plan never gets empty.
 * - `destroy_grace_seconds` and `stop_timeout`, or a replacement kills the process and loses data.
 * - `log_driver` and `log_opts`, or the daemon's defaults replace the container on every plan.
 * - the provider plans `healthcheck`, `tmpfs` and `init` "in place" and does nothing; a label with their
 *   hash forces the honest replacement.
 * - Docker changes `cpu_shares` and `memory_reservation` in place, but takes 0 for "as it was": the same label says
 *   which of them are given, or a plan without them would never get empty.
 */
export function hardenedContainer(scope: Construct, id: string, props: HardenedContainerProps): Container {
  const { memoryLimit, memoryReservation, gracePeriod, ownerLabels, logMaxSize, logMaxFiles, ...others } =
    props;
  const { init = false, ...rest } = others;
  const replacing = [
    "healthcheck tmpfs init",
    ...(rest.cpuShares === undefined ? [] : ["cpu_shares"]),
    ...(memoryReservation === undefined ? [] : ["memory_reservation"]),
    hash({ healthcheck: rest.healthcheck, tmpfs: rest.tmpfs, init }),
  ];
  const container = new Container(scope, id, {
    readOnly: true,
    capabilities: { drop: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    restart: "unless-stopped",
    mustRun: true,
    init,
    ...rest,
    memory: memoryLimit.toMebibytes(),
    memorySwap: memoryLimit.toMebibytes(),
    destroyGraceSeconds: gracePeriod.toSeconds(),
    stopTimeout: gracePeriod.toSeconds(),
    logDriver: "json-file",
    logOpts: { "max-size": logMaxSize.toRedis().replace("mb", "m"), "max-file": `${logMaxFiles}` },
    labels: [
      ...Object.entries(ownerLabels).map(([name, value]) => ({ label: `redis-on-docker.${name}`, value })),
      { label: REPLACEMENT_LABEL, value: replacing.join(" ") },
    ],
  });
  if (memoryReservation !== undefined) {
    // The bindings are those of provider 3.6.2, which has no such attribute.
    container.addOverride("memory_reservation", memoryReservation.toMebibytes());
  }
  return container;
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
