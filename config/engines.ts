/** One row of the catalogue: a server, and what was checked to work with it. */
export interface Engine {
  /** Exact tag, or the gate `floating-tag` refuses it. */
  readonly image: string;
  /** Whether the images come from a registry. The others are built on the machine: `lab/README.md`. */
  readonly fromRegistry: boolean;
  /** Version of the server in the image. It decides which directives and ACL rules are known. */
  readonly version: string;
  readonly licence: string;
  /** Version of the RDB file it writes. A server with a lower one cannot read the data. */
  readonly rdbVersion: number;
  /** Whether it is built with the allocator that active defragmentation needs; without, Redis does not start with it. */
  readonly activeDefragmentation: boolean;
  /**
   * Last day on which somebody mends security holes in it: `YYYY-MM-DD`. The gate `end-of-life` refuses it afterwards.
   * @default - no date is announced
   */
  readonly endOfLife?: string;
  /** `redis_exporter` image that is deployed beside it. */
  readonly exporterImage: string;
  /** Prometheus image with a shell, for stacks that have one of their own. */
  readonly prometheusImage: string;
}

const REDIS_EXPORTER = "oliver006/redis_exporter:v1.88.0";
/** 3.13 gets fixes until July 2027: https://prometheus.io/docs/introduction/release-cycle/. Without the suffix an image may have no shell. */
const PROMETHEUS = "prom/prometheus:v3.13.2-busybox";
const LAB_EXPORTER = "redis-on-docker-lab/redis_exporter:distribution";
const LAB_PROMETHEUS = "redis-on-docker-lab/prometheus:distribution";

/**
 * The engines that a service may name. Going down in `rdbVersion`, or from 7.4 to Valkey, is not
 * possible with the same data, so choose the line before there is production data.
 *
 * 7.2 and 7.4 have no `endOfLife`: no date is announced, and both got security releases in February 2026
 * (https://endoflife.date/redis, https://github.com/redis/redis/security).
 */
export const engines = {
  "redis-7.2": {
    image: "redis:7.2.16-alpine",
    fromRegistry: true,
    version: "7.2.16",
    licence: "BSD-3-Clause",
    rdbVersion: 11,
    activeDefragmentation: true,
    exporterImage: REDIS_EXPORTER,
    prometheusImage: PROMETHEUS,
  },
  /** What the tag `redis:7-alpine` stands for. */
  "redis-7.4": {
    image: "redis:7.4.11-alpine",
    fromRegistry: true,
    version: "7.4.11",
    licence: "RSALv2 or SSPLv1",
    rdbVersion: 12,
    activeDefragmentation: true,
    exporterImage: REDIS_EXPORTER,
    prometheusImage: PROMETHEUS,
  },
  /** Built on the machine from the distribution's packages, where no registry answers: `lab/README.md`. */
  "debian-7.0.15": {
    image: "redis-on-docker-lab/redis:7.0.15",
    fromRegistry: false,
    version: "7.0.15",
    licence: "BSD-3-Clause",
    rdbVersion: 10,
    activeDefragmentation: false,
    // Redis itself ended 7.0 on 2024-07-29; Debian 12 keeps it: https://wiki.debian.org/LTS
    endOfLife: "2028-06-30",
    exporterImage: LAB_EXPORTER,
    prometheusImage: LAB_PROMETHEUS,
  },
  /** The same from the release after it, to try on this machine what moving to a newer engine does. */
  "debian-8.0.2": {
    image: "redis-on-docker-lab/redis:8.0.2",
    fromRegistry: false,
    version: "8.0.2",
    licence: "RSALv2, SSPLv1 or AGPLv3",
    rdbVersion: 12,
    activeDefragmentation: false,
    // Debian 13: https://wiki.debian.org/LTS
    endOfLife: "2030-06-30",
    exporterImage: LAB_EXPORTER,
    prometheusImage: LAB_PROMETHEUS,
  },
} as const satisfies Readonly<Record<string, Engine>>;

export type EngineName = keyof typeof engines;
