import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { pack } from "tar-stream";

/** Labels, and values by time in seconds; an instant query has one value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** A part of time, in seconds since 1970. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** A Prometheus in a container. Nothing of it is kept. */
export interface PrometheusOptions {
  /** Of the container. */
  readonly name: string;
  /** Names of Docker networks; a port can be published on the first. */
  readonly networks: readonly [string, ...string[]];
  /** `prometheus.yml`; rules are in `/etc/prometheus/rules.yml`. */
  readonly config: string;
  readonly rules: string;
}

const READY_WITHIN_MS = 15_000;

/** A port that Docker publishes takes connections before Prometheus listens, and such a one is never answered. */
const ANSWER_WITHIN_MS = 2_000;

/** Reads Prometheus' HTTP API. */
export class Prometheus {
  constructor(readonly url: string) {}

  /** Starts one; the lab's image is built where it is not there. The caller removes the container. */
  static async start(docker: Docker, options: PrometheusOptions): Promise<Prometheus> {
    const image = execFileSync(join(__dirname, "..", "image", "build-prometheus.sh"), {
      encoding: "utf8",
    }).trim();
    const [first, ...others] = options.networks;
    const container = await docker.createContainer({
      name: options.name,
      Image: image,
      Entrypoint: ["/bin/prometheus"],
      Cmd: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
      User: "0:0",
      ExposedPorts: { "9090/tcp": {} },
      HostConfig: {
        NetworkMode: first,
        PortBindings: { "9090/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
      },
    });
    const files = pack();
    files.entry({ name: "etc/prometheus/prometheus.yml" }, options.config);
    files.entry({ name: "etc/prometheus/rules.yml" }, options.rules);
    files.finalize();
    await container.putArchive(await buffer(files), { path: "/" });
    for (const network of others) {
      await docker.getNetwork(network).connect({ Container: container.id });
    }
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const port = NetworkSettings.Ports["9090/tcp"]?.[0]?.HostPort;
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`);
    await prometheus.becomeReady();
    return prometheus;
  }

  instant(query: string): Promise<readonly Series[]> {
    return this.query("query", { query });
  }

  range(query: string, { from, to, step }: Range): Promise<readonly Series[]> {
    return this.query("query_range", { query, start: `${from}`, end: `${to}`, step: `${step}` });
  }

  /** Values that a label has in the series of `selector`. */
  async labelValues(selector: string, label: string): Promise<readonly string[]> {
    return (await this.get(`label/${label}/values`, { "match[]": selector })) as string[];
  }

  private async query(path: string, parameters: Record<string, string>): Promise<readonly Series[]> {
    const { result } = (await this.get(path, parameters)) as { result: Answer[] };
    return result.map(({ metric, value, values }) => ({ metric, values: values ?? (value ? [value] : []) }));
  }

  private async get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== "success") {
      throw new Error(`${JSON.stringify(parameters)}: ${answer.error}`);
    }
    return answer.data;
  }

  private async becomeReady(): Promise<void> {
    const end = Date.now() + READY_WITHIN_MS;
    while (!(await isReady(this.url))) {
      if (Date.now() > end) {
        throw new Error(
          `${this.url} is not ready after ${READY_WITHIN_MS / 1000} s. Next: read the container's log.`,
        );
      }
      await sleep(200);
    }
  }
}

type Value = readonly [number, string];
interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Value;
  readonly values?: readonly Value[];
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
