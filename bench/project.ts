import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROJECT = join(__dirname, "..");

/** What `main.ts` needs, and nothing that belongs to the project's own services. */
const FILES = [
  "main.ts",
  "core",
  "config",
  "constructs",
  "monitoring",
  "redis.conf.tpl",
  "package.json",
  "tsconfig.json",
];

/** `right`: every stack is synthesized. `wrong`: every service has the mistakes of `MISTAKES`, and nothing is made. */
export type ServicesKind = "right" | "wrong";

/** Where each service of the kind `wrong` has a mistake, in the order of its file. */
const MISTAKES = [
  "restart",
  "maxclients",
  "timeout",
  "slowlogMaxLen",
  "directives.no-such-directive",
  "environments.dev.memory.maxmemory",
  "environments.dev.cpus",
  "environments.prod.exporter.hostPort",
] as const;

/** Program in the folder that loads the same files and does nothing. */
export const PLAIN_PROGRAM = "plain.ts";

/**
 * Runs `use` in a project of its own whose `config/services/` has `count` files with two stacks each: what a user has
 * after years, as the user has it.
 */
export function inProjectOf<T>(count: number, kind: ServicesKind, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-bench-"));
  try {
    for (const file of FILES) {
      cpSync(join(PROJECT, file), join(folder, file), { recursive: true });
    }
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    writeServices(join(folder, "config", "services"), count, kind);
    writeFileSync(join(folder, PLAIN_PROGRAM), 'import "./config/services";\n');
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fields of all problems of `count` services of the kind `wrong`. */
export function fieldsWithMistakes(count: number): readonly string[] {
  return numbers(count).flatMap((index) => MISTAKES.map((field) => `service-${index}.${field}`));
}

function writeServices(folder: string, count: number, kind: ServicesKind): void {
  for (const name of readdirSync(folder)) {
    rmSync(join(folder, name));
  }
  for (const index of numbers(count)) {
    writeFileSync(join(folder, `service-${index}.ts`), serviceFile(index, kind === "wrong"));
  }
  const lines = [
    'import type { Service } from "../service";',
    ...numbers(count).map((index) => `import { service${index} } from "./service-${index}";`),
    `export const services: readonly Service[] = [${numbers(count).map((index) => `service${index}`)}];`,
  ];
  writeFileSync(join(folder, "index.ts"), `${lines.join("\n")}\n`);
}

function serviceFile(index: number, isWrong: boolean): string {
  const either = (wrong: string, right: string) => (isWrong ? wrong : right);
  return `import type { Service } from "../service";

/** A service that the bench makes up. */
export const service${index}: Service = {
  name: "service-${index}",
  description: "A service that the bench makes up",
  engine: "redis-7.4",
  stores: [{ kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true }],
  restart: "${either("on-failure", "always")}",
  maxclients: ${either("0", "10000")},
  timeout: "${either("500 ms", "0 s")}",
  slowlogMaxLen: ${either("10001", "128")},
  directives: { "${either("no-such-directive", "hz")}": "10" },
  environments: {
    dev: {
      memory: { maxmemory: "${either("256MB", "256 MiB")}" },
      hostPort: ${20_000 + index},
      cpus: ${either("0.25", "1.5")},
    },
    prod: {
      memory: { maxmemory: "1 GiB" },
      exporter: { hostPort: ${either("70_000", "30_000")} + ${index} },
    },
  },
};
`;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
