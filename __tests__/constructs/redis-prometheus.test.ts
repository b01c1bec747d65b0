import { parse } from "yaml";
import { Duration } from "../../core/duration";
import type { RedisPrometheusProps } from "../../core/redis-stack-props";
import { ruleFile } from "../../monitoring/alert-rules";
import { shopStack } from "../support/stack-fixtures";
import { containerOf, type ShopOptions, synthShop, synthStack } from "../support/synthesized-stack";

const wanted: ShopOptions = { deployment: { prometheus: { hostPort: 9090 } } };
const container = (options = wanted) => containerOf(synthShop("prod", options), "redis_prometheus");
const unescaped = (text = "") => text.replaceAll("$${", "${").replaceAll("%%{", "%{");

describe("Prometheus", () => {
  it("does not exist where nobody asks for it, and neither do its volume and output", () => {
    const { resource, output } = synthShop("prod");
    expect(Object.keys(resource.docker_container)).toEqual(["redis", "redis_backup", "redis_exporter"]);
    expect(Object.keys(resource.docker_volume)).not.toContain("redis_prometheus_data");
    expect(output).not.toHaveProperty("prometheus_url");
  });

  it("is as hardened as the server", () => {
    const { read_only, capabilities, security_opts, memory, memory_swap, user, image, restart } = container();
    expect({ read_only, capabilities, security_opts, memory, memory_swap, user, image, restart }).toEqual({
      read_only: true,
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      memory: 256,
      memory_swap: 256,
      user: "65534:65534",
      image: "prom/prometheus:v3.13.2-busybox",
      restart: "unless-stopped",
    });
  });

  it("reads the exporter and the backups, with the labels of the stack", () => {
    const { scrape_configs, rule_files, alerting } = parse(unescaped(container().command[0]));
    const labels = { stack: "shop-prod", service: "shop", environment: "prod" };
    expect(scrape_configs).toMatchObject([
      { job_name: "redis", static_configs: [{ targets: ["shop-prod-exporter:9121"], labels }] },
      { job_name: "redis-backup", static_configs: [{ targets: ["shop-prod-backup:9122"], labels }] },
    ]);
    expect(rule_files).toEqual(["/etc/prometheus/rules.yml"]);
    expect(alerting).toBeUndefined();
  });

  it("reads no backups where none are made, and tells an Alertmanager where there is one", () => {
    const deployment = {
      prometheus: { hostPort: 9090, alertmanager: "alerts:9093" },
      backups: "off",
    } as const;
    const { scrape_configs, alerting } = parse(
      unescaped(container({ deployment, environment: { gates: "warn" } }).command[0]),
    );
    expect(scrape_configs.map(({ job_name }: { job_name: string }) => job_name)).toEqual(["redis"]);
    expect(alerting).toEqual({ alertmanagers: [{ static_configs: [{ targets: ["alerts:9093"] }] }] });
  });

  it("has the rules of the stack, as last argument", () => {
    const { id, props } = shopStack("prod", wanted);
    expect(container().command).toHaveLength(2);
    expect(unescaped(container().command[1])).toBe(ruleFile([{ id, props }]));
  });

  it("writes both to memory and becomes Prometheus", () => {
    const { entrypoint, tmpfs } = container();
    expect(entrypoint).toEqual([
      "sh",
      "-c",
      [
        "set -eu",
        `printf '%s' "$1" >/etc/prometheus/prometheus.yml`,
        `printf '%s' "$2" >/etc/prometheus/rules.yml`,
        "exec prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus " +
          "--storage.tsdb.retention.time=1296000s --storage.tsdb.retention.size=1GB --web.listen-address=0.0.0.0:9090",
      ].join("\n"),
      "redis-prometheus",
    ]);
    expect(tmpfs).toEqual({ "/etc/prometheus": "rw,noexec,nosuid,size=1m,mode=0700,uid=65534,gid=65534" });
  });

  it("keeps what it has measured in a volume of its own, which goes with the stack", () => {
    expect(container().volumes).toEqual([
      { container_path: "/prometheus", volume_name: `\${docker_volume.redis_prometheus_data.name}` },
    ]);
    const { redis_prometheus_data, redis_data } = synthShop("prod", wanted).resource.docker_volume;
    expect(redis_prometheus_data).toMatchObject({ name: "shop-prod-prometheus" });
    expect(redis_prometheus_data).not.toHaveProperty("lifecycle.prevent_destroy");
    expect(redis_data).toHaveProperty("lifecycle.prevent_destroy", true);
  });

  it("is in the service's network and in that of the metrics, where it is published", () => {
    const { networks_advanced, ports, depends_on } = container();
    expect(networks_advanced).toEqual([
      { name: `\${docker_network.network.id}` },
      { name: `\${docker_network.metrics.id}` },
    ]);
    expect(ports).toEqual([{ internal: 9090, external: 9090, ip: "127.0.0.1" }]);
    expect(depends_on).toEqual(["docker_container.redis_exporter"]);
    expect(synthShop("prod", wanted).output.prometheus_url).toEqual({ value: "http://127.0.0.1:9090" });
  });

  it("alone is another one with another threshold", () => {
    const before = synthShop("prod", wanted).resource;
    const after = synthShop("prod", {
      ...wanted,
      service: { thresholds: { memory: { warning: 61, critical: 89 } } },
    }).resource;
    const changed = Object.entries(after.docker_container).flatMap(([name, attributes]) =>
      JSON.stringify(attributes) === JSON.stringify(before.docker_container[name]) ? [] : [name],
    );
    expect(changed).toEqual(["redis_prometheus"]);
    expect({ ...after, docker_container: {} }).toEqual({ ...before, docker_container: {} });
  });

  it("is deployed with every value that it has", () => {
    const { id, props } = shopStack("prod", wanted);
    const { prometheus } = props;
    if (prometheus === undefined) {
      throw new Error("shop-prod has no Prometheus");
    }
    const other: Required<RedisPrometheusProps> = {
      containerName: "other",
      image: "other:1",
      hostPort: 9,
      hostAddress: "192.0.2.9",
      volumeName: "other-data",
      retention: Duration.seconds(3601),
      alertmanager: "other:9",
    };
    const deployed = (own: Partial<RedisPrometheusProps>) =>
      JSON.stringify(synthStack(id, { ...props, prometheus: { ...prometheus, ...own } }).resource);
    const before = deployed({});
    const lost = Object.entries(other).filter(([name, value]) => deployed({ [name]: value }) === before);
    expect(lost).toEqual([]);
  });
});
