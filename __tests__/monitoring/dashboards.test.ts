import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadStacks } from "../../config/load-stacks";
import { RUNBOOKS } from "../../core/runbooks";
import type { GrafanaDashboard, GrafanaPanel } from "../../lab/dashboards/grafana-dashboard";
import { dashboards } from "../../monitoring/dashboards";
import type { MonitoredStack } from "../../monitoring/monitored-stack";
import { RECORDED } from "../../monitoring/recording-rules";
import { repository, shopStack, single, template, today } from "../support/stack-fixtures";

/** Dashboards as data: what each service gets, and that Grafana can lay it out. */

interface Config {
  readonly unit?: string;
  readonly noValue?: string;
  readonly thresholds?: {
    readonly steps: readonly { readonly value: number | null; readonly color: string }[];
  };
  readonly custom?: { readonly axisSoftMax?: number; readonly thresholdsStyle?: { readonly mode: string } };
}

type Panel = GrafanaPanel & {
  readonly description?: string;
  readonly datasource?: object;
  readonly links?: readonly { readonly url: string }[];
};

const real = loadStacks({ template, today });

function modelOf(stacks: readonly MonitoredStack[], service: string): GrafanaDashboard {
  const files = dashboards(stacks).filter(({ fileName }) => fileName === `redis-${service}.json`);
  return JSON.parse(single(files).json);
}

function panelsOf(dashboard: GrafanaDashboard): readonly Panel[] {
  return dashboard.panels.filter(({ type }) => type !== "row");
}

function titlesOf(dashboard: GrafanaDashboard): readonly string[] {
  return panelsOf(dashboard).map(({ title }) => title);
}

function panel(dashboard: GrafanaDashboard, type: string, title: string): Panel {
  return single(panelsOf(dashboard).filter((one) => one.type === type && one.title === title));
}

function configOf({ fieldConfig }: GrafanaPanel): Config {
  return (fieldConfig?.defaults ?? {}) as Config;
}

function levelsOf(dashboard: GrafanaDashboard, title: string) {
  return configOf(panel(dashboard, "timeseries", title)).thresholds?.steps.map(({ value, color }) => [
    value,
    color,
  ]);
}

const everyDashboard = dashboards(real).map(({ fileName, json }): [string, GrafanaDashboard] => [
  fileName,
  JSON.parse(json),
]);

it("is one for all stacks, and one for each service with an exporter", () => {
  expect(everyDashboard.map(([fileName, { uid, title }]) => [fileName, uid, title])).toEqual([
    ["redis-overview.json", "redis-overview", "Redis: all stacks"],
    ["redis-prospectflow.json", "redis-prospectflow", "Redis: prospectflow"],
    ["redis-sentra-portal.json", "redis-sentra-portal", "Redis: sentra-portal"],
    ["redis-vedfolnir.json", "redis-vedfolnir", "Redis: vedfolnir"],
  ]);
});

it("is none where nothing is exported", () => {
  expect(dashboards([shopStack("dev")])).toEqual([]);
});

it("has the same bytes twice", () => {
  expect(dashboards(loadStacks({ template, today }))).toEqual(dashboards(real));
});

describe.each(everyDashboard)("%s", (_, dashboard) => {
  it("has an id of its own for every panel", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(ids).toEqual(ids.map((__, index) => index + 1));
  });

  it("fills the grid and overlaps nowhere", () => {
    const cells = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false]);
          cells.add(`${x},${y}`);
        }
      }
    }
    const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(cells.size).toBe(24 * height);
  });

  it("says what each panel means, in which unit, from which Prometheus", () => {
    for (const { title, type, description, datasource, targets = [], ...rest } of panelsOf(dashboard)) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^\S.*\.(md)?$/)]);
      if (type !== "text") {
        expect([title, datasource]).toEqual([title, { type: "prometheus", uid: `\${datasource}` }]);
        expect([title, targets.length > 0]).toEqual([title, true]);
      }
      if (type === "stat" || type === "timeseries") {
        const { unit, noValue } = configOf({ title, type, ...rest });
        expect([title, unit, noValue]).toEqual([
          title,
          expect.stringMatching(/./),
          expect.stringMatching(/./),
        ]);
      }
    }
  });

  it("asks for its stacks alone", () => {
    const queries = panelsOf(dashboard).flatMap(({ targets = [] }) => targets);
    for (const { expr } of queries) {
      const selectors = expr.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBeGreaterThan(0);
      expect(selectors.filter((selector) => !/stack=~?"\$stack"/.test(selector))).toEqual([]);
    }
  });

  it("names a runbook that exists", () => {
    const pages = panelsOf(dashboard).flatMap(
      ({ description = "" }) => /Runbook: docs\/runbooks\/(.*)\.md$/.exec(description)?.[1] ?? [],
    );
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((page) => !(RUNBOOKS as readonly string[]).includes(page))).toEqual([]);
  });
});

describe("what a service stores decides what is shown", () => {
  it("shows sessions that may not be lost: the hit ratio, and writes that are refused", () => {
    const titles = titlesOf(modelOf(real, "prospectflow"));
    expect(titles).toEqual(
      expect.arrayContaining(["Hit ratio", "Expired keys", "Refused writes", "Waiting clients"]),
    );
    expect(titles).not.toContain("Evicted keys");
    expect(titles).not.toContain("Channels");
  });

  it("shows what is evicted, and channels where something is published", () => {
    const titles = titlesOf(modelOf(real, "sentra-portal"));
    expect(titles).toEqual(expect.arrayContaining(["Hit ratio", "Evicted keys", "Channels"]));
    expect(titles).not.toContain("Refused writes");
    expect(titles).not.toContain("Waiting clients");
  });

  it("shows the workers of a queue, and no hit ratio", () => {
    const titles = titlesOf(modelOf(real, "vedfolnir"));
    expect(titles).toContain("Waiting clients");
    expect(titles).not.toContain("Hit ratio");
  });

  it("calls the evictions of a cache well, and those of anything else not", () => {
    const described = (maxmemoryPolicy: "allkeys-lru" | "volatile-lru") =>
      panel(
        modelOf([shopStack("prod", { service: { maxmemoryPolicy, stores: cache } })], "shop"),
        "timeseries",
        "Evicted keys",
      ).description;
    const cache = [{ kind: "cache", keys: "basket:*", ttl: "24 h", lossAcceptable: true }] as const;
    expect(described("allkeys-lru")).toContain("That is what a cache is for");
    expect(described("volatile-lru")).toContain("before their time (volatile-lru)");
  });

  it("leaves out what a stack does not have", () => {
    const bare = shopStack("prod", {
      service: {
        stores: [{ kind: "cache", keys: "basket:*", ttl: "24 h", lossAcceptable: true }],
        maxmemoryPolicy: "allkeys-lru",
        persistence: { appendonly: false, save: [] },
      },
      environment: { backups: { at: "backups", schedule: "off" } },
    });
    const titles = titlesOf(modelOf([bare], "shop"));
    for (const title of ["Persistence", "Append-only file", "Last fork", "Newest backup", "Failed backups"]) {
      expect(titles).not.toContain(title);
    }
  });
});

describe("thresholds of the service are lines", () => {
  const prospectflow = modelOf(real, "prospectflow");

  it.each([
    ["Memory of maxmemory", 70, 90],
    ["Connected clients", 100, 500],
    ["Waiting clients", 0, 10],
    ["Latency", 0.005, 0.02],
  ])("%s: a warning from %d, critical from %d", (title, warning, critical) => {
    expect(levelsOf(prospectflow, title)).toEqual([
      [null, "green"],
      [warning, "orange"],
      [critical, "red"],
    ]);
    const { custom } = configOf(panel(prospectflow, "timeseries", title));
    expect(custom?.thresholdsStyle?.mode).toBe("dashed");
    expect(custom?.axisSoftMax).toBeGreaterThanOrEqual(warning);
  });

  it("Hit ratio: bad below", () => {
    expect(levelsOf(prospectflow, "Hit ratio")).toEqual([
      [null, "red"],
      [70, "orange"],
      [90, "green"],
    ]);
  });

  it("Refused writes: what the alert counts", () => {
    const { targets = [] } = panel(prospectflow, "timeseries", "Refused writes");
    expect(targets.map(({ expr }) => expr)).toEqual([
      `max by (stack) (${RECORDED.refusedWrites}{stack="$stack"}) / 300 or 0 * max by (stack) (up{stack="$stack"})`,
    ]);
  });

  it("draws none where none is declared", () => {
    const { custom } = configOf(panel(prospectflow, "timeseries", "Fragmentation"));
    expect(custom?.thresholdsStyle).toBeUndefined();
  });
});

describe("who helps", () => {
  const text = (stack: MonitoredStack) =>
    (panel(modelOf([stack], "shop"), "text", "Whom to call, what to type").options as { content: string })
      .content;

  it("names the contacts, and the command to type first", () => {
    const content = text(
      shopStack("prod", { service: { contacts: { onCall: "#shop", escalation: "Ada" } } }),
    );
    expect(content).toContain("- On call: #shop\n- Escalation: Ada\n");
    expect(content).toContain("\n    bin/redis-ops diagnose $stack\n");
    expect(content).toContain("Runbooks in docs/runbooks: stopped · cannot-start · ");
  });

  it("says that nobody is named", () => {
    expect(text(shopStack("prod"))).toContain("Nobody is named: write `contacts` in the service's file.\n");
  });

  it("links to runbooks that are published", () => {
    const stack = shopStack("prod", { environment: { runbooks: "https://wiki.example/redis/" } });
    const { links, description } = panel(modelOf([stack], "shop"), "timeseries", "Latency");
    expect(links?.map(({ url }) => url)).toEqual(["https://wiki.example/redis/slow-commands.md"]);
    expect(description).toMatch(/Runbook: https:\/\/wiki\.example\/redis\/slow-commands\.md$/);
    expect(text(stack)).toContain("[stopped](https://wiki.example/redis/stopped.md)");
  });
});

it("gives two services with long names two ids that Grafana takes", () => {
  const long = "the-shop-with-the-longest-name-of-them-all";
  const stacks = [`${long}-a`, `${long}-b`].map((service) => {
    const { id, props } = shopStack("prod");
    return { id, props: { ...props, labels: { ...props.labels, service } } };
  });
  const uids = dashboards(stacks).map(({ json }) => (JSON.parse(json) as GrafanaDashboard).uid);
  expect(uids).toEqual([
    "redis-overview",
    expect.stringMatching(/^redis-the-shop-with-the-longest-[0-9a-f]{8}$/),
    expect.stringMatching(/^redis-the-shop-with-the-longest-[0-9a-f]{8}$/),
  ]);
  expect(new Set(uids).size).toBe(3);
  expect(uids.filter((uid) => uid.length > 40)).toEqual([]);
});

describe("pictures in docs/dashboards", () => {
  const folder = join(repository, "docs", "dashboards");
  const pictures = readdirSync(folder).filter((name) => name.endsWith(".png"));

  it("shows the overview and the three services that it was drawn with, each in the page", () => {
    expect(pictures).toEqual([
      "redis-overview.png",
      "redis-prospectflow.png",
      "redis-sentra-portal.png",
      "redis-vedfolnir.png",
    ]);
    const page = readFileSync(join(folder, "README.md"), "utf8");
    expect(pictures.filter((name) => !page.includes(`](${name})`))).toEqual([]);
  });

  it.each(pictures)("%s is a PNG as wide as the page, and small", (name) => {
    const bytes = readFileSync(join(folder, name));
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(1264);
    expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(200 * 1024);
  });
});
