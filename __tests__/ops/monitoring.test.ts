import fs, { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { temporaryFolder } from "../support/temporary-folder";

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

/** Said once, however many stacks there are. */
const DEAD_LINKS =
  "runbook_url of prod is docs/runbooks/…, a folder: a dead link in an Alertmanager. Next: publish docs/runbooks, and write its address as runbooks in config/environments/prod.ts";

test("monitoring rules prints the rules of what can be watched, or of the stacks named", async () => {
  const groups = async (...ids: readonly string[]) => {
    const { exitCode, out, err } = await redisOps("monitoring", "rules", ...ids);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: DEAD_LINKS });
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
    err: [
      DEAD_LINKS,
      `Next: name ${folder}/redis-rules.yml in rule_files of prometheus.yml, put redis-scrape-config.yml into its scrape_configs, then promtool check config prometheus.yml; the rest is in docs/monitoring.md`,
    ].join("\n"),
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

const refused = (field: string, got: string) =>
  `  ${field}: got ${got}, expected a folder that can be made and written to. ` +
  "Fix: make room, name another one, or change who may write there.";

test("monitoring write refuses a folder that cannot be made", async () => {
  writeFileSync(inFolder("file"), "");
  const folder = inFolder("file/out");
  const { exitCode, err } = await redisOps("monitoring", "write", folder);
  expect(exitCode).toBe(2);
  expect(err).toBe(`1 problem, nothing was changed\n${refused("folder", `"${folder}": ENOTDIR`)}`);
});

test("monitoring write refuses a folder where nothing can be made, and ends", async () => {
  const { exitCode, err } = await redisOps("monitoring", "write", "/proc/redis/out");
  expect(exitCode).toBe(2);
  expect(err).toMatch(
    /^1 problem, nothing was changed\n {2}\S+: got "\/proc\/redis(\/out)?": (ENOENT|EACCES), /,
  );
});

test("monitoring write does not take nothing for this folder", async () => {
  expect(await redisOps("monitoring", "write", "")).toEqual({
    exitCode: 2,
    out: "",
    err: '1 problem, nothing was changed\n  folder: got "", expected the name of a folder. Fix: write . for this one.',
  });
});

test("monitoring write follows no link, replaces no folder, and tells all of it before it writes", async () => {
  const folder = inFolder("links");
  mkdirSync(`${folder}/redis-rules.yml`, { recursive: true });
  writeFileSync(inFolder("elsewhere"), "theirs");
  symlinkSync(inFolder("elsewhere"), `${folder}/alertmanager.yml`);
  const { exitCode, out, err } = await redisOps("monitoring", "write", folder, "vedfolnir-prod");
  const odd = (name: string, got: string) =>
    `  ${folder}/${name}: got ${got}, expected a file, or none. Fix: remove it, or name another folder.`;
  expect({ exitCode, out, err }).toEqual({
    exitCode: 2,
    out: "",
    err: [
      "2 problems, nothing was changed",
      odd("redis-rules.yml", "a folder"),
      odd("alertmanager.yml", "a symbolic link"),
    ].join("\n"),
  });
  expect(readFileSync(inFolder("elsewhere"), "utf8")).toBe("theirs");
  expect(readdirSync(folder).sort()).toEqual(["alertmanager.yml", "redis-rules.yml"]);
});

test("monitoring write says what was written when the disk gets full, and leaves no half of a file", async () => {
  const folder = inFolder("full");
  const write = fs.writeFileSync;
  let written = 0;
  const full = jest.spyOn(fs, "writeFileSync").mockImplementation((...words) => {
    written += 1;
    write(...words);
    if (written === 2) {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    }
  });
  const { exitCode, out, err } = await redisOps("monitoring", "write", folder, "vedfolnir-prod");
  full.mockRestore();
  const path = `${folder}/redis-scrape-config.yml`;
  expect({ exitCode, out, err }).toEqual({
    exitCode: 1,
    out: `written: ${folder}/redis-rules.yml`,
    err: `${refused(path, `"${path}": ENOSPC`).trim()}\nWhat is said to be written is; the rest is not. Next: run it again`,
  });
  expect(readdirSync(folder).sort()).toEqual(["dashboards", "redis-rules.yml"]);
});

test("monitoring write keeps who may read a file", async () => {
  const path = `${inFolder("mode")}/redis-rules.yml`;
  mkdirSync(inFolder("mode"));
  writeFileSync(path, "old", { mode: 0o640 });
  await redisOps("monitoring", "write", inFolder("mode"), "vedfolnir-prod");
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readFileSync(path, "utf8")).not.toBe("old");
});
