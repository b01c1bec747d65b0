import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { temporaryFolder } from "../support/temporary-folder";

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

test("monitoring rules prints the rules of what can be watched, or of the stacks named", async () => {
  const groups = async (...ids: readonly string[]) => {
    const { exitCode, out, err } = await redisOps("monitoring", "rules", ...ids);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    return parse(out).groups.map(({ name }: { name: string }) => name);
  };
  expect(await groups()).toEqual([
    "redis-prospectflow-prod",
    "redis-sentra-portal-prod",
    "redis-vedfolnir-prod",
  ]);
  expect(await groups("vedfolnir-prod", "vedfolnir-prod")).toEqual(["redis-vedfolnir-prod"]);
});

test("monitoring refuses every stack that nothing can be watched of", async () => {
  expect(await redisOps("monitoring", "rules", "dev-cache-dev", "vedfolnir-dev")).toEqual({
    exitCode: 2,
    out: "",
    err: [
      "2 problems, nothing was changed",
      "  dev-cache.environments.dev.exporter: got none, expected an exporter, or backups, whose metrics rules can read. Fix: write exporter: { hostPort: 9121 } with a free port.",
      "  vedfolnir.environments.dev.exporter: got none, expected an exporter, or backups, whose metrics rules can read. Fix: write exporter: { hostPort: 9121 } with a free port.",
    ].join("\n"),
  });
});

test("monitoring scrape-config has the addresses of the exporters, and how metrics of backups come", async () => {
  const { out } = await redisOps("monitoring", "scrape-config", "prospectflow-prod");
  expect(out).toMatchInlineSnapshot(`
    "# Made by: bin/redis-ops monitoring scrape-config. For scrape_configs of prometheus.yml.
    # Reached from the Docker host alone: prospectflow-prod.
    # For a Prometheus elsewhere: give the exporter a hostAddress in the service's file, or forward its port.
    # Metrics of backups come through node_exporter (--collector.textfile.directory=$DIR) on the Docker host. Each minute:
    #   docker cp prospectflow-prod-backup:/data/prospectflow-prod/redis_backup.prom $DIR/prospectflow-prod.new && mv $DIR/prospectflow-prod.new $DIR/prospectflow-prod.prom
    scrape_configs:
      - job_name: redis
        static_configs:
          - targets:
              - 127.0.0.1:9122
            labels:
              stack: prospectflow-prod
              service: prospectflow
              environment: prod"
  `);
});

test("monitoring alertmanager and dashboards print what those read", async () => {
  const { out } = await redisOps("monitoring", "alertmanager", "vedfolnir-prod");
  expect(parse(out).receivers.map(({ name }: { name: string }) => name)).toEqual([
    "nobody",
    "vedfolnir-warning",
    "vedfolnir-critical",
  ]);
  const dashboards = await redisOps("monitoring", "dashboards", "vedfolnir-prod");
  expect(JSON.parse(dashboards.out)).toHaveLength(2);
});

test("monitoring write writes all of them, and leaves what is the same as it was", async () => {
  const folder = inFolder("out");
  const first = await redisOps("monitoring", "write", folder, "vedfolnir-prod");
  const names = [
    "redis-rules.yml",
    "redis-scrape-config.yml",
    "alertmanager.yml",
    "dashboards/redis-overview.json",
    "dashboards/redis-vedfolnir.json",
  ];
  expect(first).toEqual({
    exitCode: 0,
    err: "",
    out: names.map((name) => `written: ${folder}/${name}`).join("\n"),
  });
  expect(readdirSync(folder).sort()).toEqual([
    "alertmanager.yml",
    "dashboards",
    "redis-rules.yml",
    "redis-scrape-config.yml",
  ]);
  const rules = readFileSync(`${folder}/redis-rules.yml`, "utf8");
  expect(`${(await redisOps("monitoring", "rules", "vedfolnir-prod")).out}\n`).toBe(rules);
  writeFileSync(`${folder}/redis-rules.yml`, "edited");
  const second = await redisOps("monitoring", "write", folder, "vedfolnir-prod");
  expect(second.out).toBe(
    names.map((name, at) => `${at === 0 ? "written" : "as it was"}: ${folder}/${name}`).join("\n"),
  );
  expect(readFileSync(`${folder}/redis-rules.yml`, "utf8")).toBe(rules);
});

test("monitoring write refuses a folder that cannot be made", async () => {
  writeFileSync(inFolder("file"), "");
  const folder = inFolder("file/out");
  const { exitCode, err } = await redisOps("monitoring", "write", folder);
  expect(exitCode).toBe(2);
  expect(err).toBe(
    [
      "2 problems, nothing was changed",
      ...[folder, `${folder}/dashboards`].map(
        (path) =>
          `  folder: got "${path}": ENOTDIR, expected a folder that can be made and written to. Fix: name another one, or change who may write there.`,
      ),
    ].join("\n"),
  );
});
