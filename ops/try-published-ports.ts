import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { types } from "node:util";
import { addressFromHost, hostFromHost } from "../core/host-address";
import type { RedisStackProps } from "../core/redis-stack-props";
import type { Terminal } from "./terminal";

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly saw: string;
}

/** What the server says to who sends PING and no password. */
const GREETINGS = { none: /^\+PONG$/, requirepass: /^-NOAUTH / };

/**
 * Tries the published ports of a stack from the host itself, each at the address on which it is published.
 * @param exporterSeconds time that the exporter gets, which answers before it has reached Redis
 */
export async function tryPublishedPorts(
  { server, exporter }: Pick<RedisStackProps, "server" | "exporter">,
  terminal: Terminal,
  exporterSeconds = 10,
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
    const saw = await waitUntilUp(metrics, exporterSeconds, terminal);
    findings.push({ check: metrics, ok: saw === "redis_up 1", saw });
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

async function waitUntilUp(metrics: string, timeoutSeconds: number, terminal: Terminal): Promise<string> {
  const started = Date.now();
  for (let announced = 2; ; ) {
    const saw = await redisUp(`http://${metrics}`);
    const seconds = Math.floor((Date.now() - started) / 1000);
    if (saw === "redis_up 1" || seconds >= timeoutSeconds) {
      return saw;
    }
    if (seconds >= announced) {
      terminal.err(`waiting for ${metrics}: ${saw}, ${seconds} s of ${timeoutSeconds} s`);
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

/** fetch says no more than "fetch failed"; why is underneath. */
function causeOf(error: unknown): string {
  const inner = types.isNativeError(error) ? (error.cause ?? error) : error;
  return types.isNativeError(inner) && inner.message !== "" ? inner.message : "no answer";
}
