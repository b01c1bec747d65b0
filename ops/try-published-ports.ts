import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { types } from "node:util";
import { z } from "zod";
import { addressFromHost, hostFromHost } from "../core/host-address";
import type { RedisStackProps } from "../core/redis-stack-props";
import { type Terminal, visible } from "./terminal";

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly saw: string;
}

/** What the server says to who sends PING and no password. */
const GREETINGS = { none: /^\+PONG$/, requirepass: /^-NOAUTH / };

/** Prometheus scrapes for the first time within its interval of 15 s, and a target may answer to the second scrape only. */
const PROMETHEUS_SECONDS = 35;

/**
 * Tries the published ports of a stack from the host itself, each at the address on which it is published.
 * @param exporterSeconds time that the exporter gets, which answers before it has reached Redis
 */
export async function tryPublishedPorts(
  { server, exporter, prometheus }: Pick<RedisStackProps, "server" | "exporter" | "prometheus">,
  terminal: Terminal,
  exporterSeconds = 10,
  prometheusSeconds = PROMETHEUS_SECONDS,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (server.hostPort !== undefined) {
    const saw = await ping(hostFromHost(server.hostAddress), server.hostPort);
    findings.push({
      check: addressFromHost(server.hostAddress, server.hostPort),
      ok: GREETINGS[server.auth.mode].test(saw),
      saw,
    });
  }
  if (exporter !== undefined) {
    const metrics = `${addressFromHost(exporter.hostAddress, exporter.hostPort)}/metrics`;
    const look = () => redisUp(`http://${metrics}`);
    const saw = await waitUntil(metrics, look, (text) => text === "redis_up 1", exporterSeconds, terminal);
    findings.push({ check: metrics, ok: saw === "redis_up 1", saw });
  }
  if (prometheus !== undefined) {
    const url = `http://${addressFromHost(prometheus.hostAddress, prometheus.hostPort)}`;
    const look = () => rulesAndTargets(url);
    const isGood = (text: string) => /^[1-9]\d* rules loaded, targets up$/.test(text);
    const saw = await waitUntil(url, look, isGood, prometheusSeconds, terminal);
    findings.push({ check: url, ok: isGood(saw), saw });
  }
  return findings;
}

function ping(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 }, () => socket.write("PING\r\n"));
    const finish = (reply: string) => {
      socket.destroy();
      resolve(reply);
    };
    socket.once("data", (data) => finish(data.toString("utf8").trim()));
    socket.once("end", () => finish("hung up without an answer"));
    socket.once("timeout", () => finish("no answer within 3 s"));
    socket.once("error", (error) => finish(error.message));
  });
}

async function waitUntil(
  what: string,
  look: () => Promise<string>,
  isGood: (saw: string) => boolean,
  timeoutSeconds: number,
  terminal: Terminal,
): Promise<string> {
  const started = Date.now();
  for (let announced = 2; ; ) {
    const saw = await look();
    const seconds = Math.floor((Date.now() - started) / 1000);
    if (isGood(saw) || seconds >= timeoutSeconds) {
      return saw;
    }
    if (seconds >= announced) {
      terminal.err(`waiting for ${what}: ${visible(saw)}, ${seconds} s of ${timeoutSeconds} s`);
      announced = seconds + 5;
    }
    await sleep(500);
  }
}

async function redisUp(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    return /^redis_up .*$/m.exec(await response.text())?.[0] ?? "no redis_up";
  } catch (error) {
    return causeOf(error);
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
const RULES = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), lastError: z.string().optional() })) }),
    ),
  }),
});
const TARGETS = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ health: z.string(), lastError: z.string(), labels: z.object({ job: z.string() }) }),
    ),
  }),
});

async function rulesAndTargets(url: string): Promise<string> {
  try {
    const [rules, targets] = await Promise.all([
      ask(`${url}/api/v1/rules`, RULES),
      ask(`${url}/api/v1/targets?state=active`, TARGETS),
    ]);
    const loaded = rules.data.groups.flatMap((group) => group.rules);
    const broken = loaded.find(({ lastError = "" }) => lastError !== "");
    const down = targets.data.activeTargets.find(({ health }) => health !== "up");
    return [
      `${loaded.length} rules loaded`,
      ...(broken === undefined ? [] : [`rule ${broken.name}: ${broken.lastError}`]),
      down === undefined
        ? targets.data.activeTargets.length === 0
          ? "no targets"
          : "targets up"
        : `target ${down.labels.job} ${down.health}${down.lastError === "" ? "" : `: ${down.lastError}`}`,
    ].join(", ");
  } catch (error) {
    return causeOf(error);
  }
}

async function ask<T>(url: string, shape: z.ZodType<T>): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  const answer = shape.safeParse(await response.json());
  if (!answer.success) {
    throw new Error(`an answer that Prometheus would not give, with status ${response.status}`);
  }
  return answer.data;
}

/** fetch says no more than "fetch failed"; why is underneath. */
function causeOf(error: unknown): string {
  const inner = types.isNativeError(error) ? (error.cause ?? error) : error;
  return types.isNativeError(inner) && inner.message !== "" ? inner.message : "no answer";
}
