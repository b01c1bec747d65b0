import { parse } from "yaml";
import { prometheusConfig, scrapeConfig } from "../../monitoring/scrape-config";
import { shopStack } from "../support/stack-fixtures";

const stack = shopStack("prod");
const labels = { stack: "shop-prod", service: "shop", environment: "prod" };

test("every series says its stack, service and environment, whoever scrapes it", () => {
  const text = scrapeConfig([{ stack, targets: { redis: "host:9121", redisBackup: "backup:9122" } }]);
  expect(parse(text)).toEqual({
    scrape_configs: [
      { job_name: "redis", static_configs: [{ targets: ["host:9121"], labels }] },
      {
        job_name: "redis-backup",
        honor_labels: true,
        static_configs: [{ targets: ["backup:9122"], labels }],
      },
    ],
  });
});

test("a job without a target is left out", () => {
  expect(parse(scrapeConfig([{ stack, targets: { redis: "host:9121" } }])).scrape_configs).toHaveLength(1);
  expect(parse(scrapeConfig([{ stack, targets: {} }]))).toEqual({ scrape_configs: [] });
});

test("a whole configuration has the rules, and an Alertmanager where there is one", () => {
  const scraped = [{ stack, targets: { redis: "host:9121" } }];
  const alone = parse(prometheusConfig({ scraped, ruleFile: "rules.yml" }));
  expect(alone).toMatchObject({
    global: { scrape_interval: "15s", evaluation_interval: "15s" },
    rule_files: ["rules.yml"],
  });
  expect(alone).not.toHaveProperty("alerting");
  expect(
    parse(prometheusConfig({ scraped, ruleFile: "rules.yml", alertmanager: "host:9093" })).alerting,
  ).toEqual({ alertmanagers: [{ static_configs: [{ targets: ["host:9093"] }] }] });
});
