import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { AuthProps, RedisServerProps } from "../../core/redis-stack-props";
import { checkDataFiles } from "../check-data-files";
import { connectEngine, isLocalEngine, isNotFound } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { parseInfo } from "../look/info";
import { redisCommand } from "../redis-command";
import { json, type Terminal, visible } from "../terminal";
import { type Finding, tryPublishedPorts } from "../try-published-ports";

/**
 * `redis-ops verify`: waits until the server is healthy, writes a key, reads it back and removes it, and
 * tries the published ports. With `files`, checks what Redis would load at its next start as well. Exit code 1 when something is not as it should be.
 */
export async function verify(
  { id, props }: ResolvedStack,
  options: { readonly timeoutSeconds: number; readonly files: boolean; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const docker = await connectEngine(props.docker);
  const container = docker.getContainer(props.server.containerName);
  const findings = [await waitUntilHealthy(id, container, options.timeoutSeconds, terminal)];
  if (findings.every(({ ok }) => ok)) {
    await untilSaved(container, props.server.auth, options.timeoutSeconds, terminal);
    findings.push(await writeAndRead(container, props.server.auth));
    findings.push(await countConnections(container, props.server));
    findings.push(await canSave(container, props.server));
    if (isLocalEngine(props.docker)) {
      findings.push(...(await tryPublishedPorts(props, terminal)));
    }
  }
  const files = options.files ? await checkDataFiles(docker, props) : [];
  findings.push(...files);
  const isHealthy = findings.every(({ ok }) => ok);
  if (options.json) {
    terminal.out(json({ stack: id, healthy: isHealthy, findings }));
  } else {
    for (const { check, ok, saw } of findings) {
      terminal.out(`${ok ? "ok  " : "FAIL"}  ${check}: ${visible(saw)}`);
    }
  }
  if (!isHealthy) {
    terminal.err(
      files.every(({ ok }) => ok)
        ? `Next: docker logs --tail 20 ${props.server.containerName}`
        : `Next: bin/redis-ops restore ${id} --repair cuts off what is torn and keeps the files, --from latest takes the newest backup`,
    );
  }
  return isHealthy ? ExitCode.ok : ExitCode.unhealthy;
}

async function waitUntilHealthy(
  id: string,
  container: Docker.Container,
  timeoutSeconds: number,
  terminal: Terminal,
): Promise<Finding> {
  const check = "health";
  const started = Date.now();
  const probes = new Set<string | undefined>();
  let restartingSince: number | undefined;
  for (let announced = 2; ; ) {
    const seconds = Math.floor((Date.now() - started) / 1000);
    const health = await healthOf(container);
    if (health === undefined) {
      return { check, ok: false, saw: `no container; deploy it with bin/up ${id}` };
    }
    const { status, probe, isRestarting } = health;
    probes.add(probe);
    if (status === "healthy") {
      return { check, ok: true, saw: status };
    }
    if (ENDED.has(status)) {
      return { check, ok: false, saw: `${status}; start it with docker start or bin/up ${id}` };
    }
    restartingSince ??= isRestarting ? Date.now() : undefined;
    const isLooping = isRestarting && Date.now() - (restartingSince ?? 0) >= RESTARTED_WITHIN_MS;
    // The newest probe that has ended, and the one that was under way, may have seen what was mended a moment ago.
    const isUnhealthy = status === "unhealthy" && (isLooping || probes.size > 2);
    if (isUnhealthy || seconds >= timeoutSeconds) {
      return { check, ok: false, saw: `${status} after ${seconds} s` };
    }
    if (seconds >= announced) {
      terminal.err(`waiting for ${id} to be healthy: ${status}, ${seconds} s of ${timeoutSeconds} s`);
      announced = seconds + 5;
    }
    await sleep(250);
  }
}

/** What does not become healthy by waiting. A container that Docker starts again is `restarting`. */
const ENDED: ReadonlySet<string> = new Set(["created", "exited", "dead", "paused"]);

/** A server that has just ended is started by the engine once more after a tenth of a second; one that loops, again and again. */
const RESTARTED_WITHIN_MS = 2000;

interface Health {
  readonly status: string;
  /** When the newest probe was begun. */
  readonly probe: string | undefined;
  /** Whether it has ended, and the engine is about to start it again. */
  readonly isRestarting: boolean;
}

async function healthOf(container: Docker.Container): Promise<Health | undefined> {
  try {
    const { State } = await container.inspect();
    const status =
      State.Running && !State.Paused ? (State.Health?.Status ?? "without a healthcheck") : State.Status;
    return { status, probe: State.Health?.Log?.at(-1)?.Start, isRestarting: State.Restarting };
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

/** With fewer file descriptors than it needs, Redis lowers `maxclients` and says so in its log only. */
async function countConnections(
  container: Docker.Container,
  { auth, maxclients }: RedisServerProps,
): Promise<Finding> {
  const { stdout, stderr } = await redisCommand(container, auth, ["INFO", "clients"]);
  const allowed = parseInfo(stdout).get("maxclients");
  const ok = allowed === `${maxclients}`;
  return {
    check: "connections",
    ok,
    saw: ok
      ? `${maxclients} at most`
      : `${allowed ?? stderr.trim()} at most, expected ${maxclients}; raise the engine's limit of open files (nofile), or lower maxclients`,
  };
}

/**
 * When a file cannot be written, Redis refuses writes with MISCONF and has all of its data in memory. What helps is room or
 * the right owner, then a snapshot; to remove a file, or to stop the server, is what loses data.
 */
async function canSave(
  container: Docker.Container,
  { auth, persistence: { appendonly } }: RedisServerProps,
): Promise<Finding> {
  const check = "persistence";
  const { stdout, stderr } = await redisCommand(container, auth, ["INFO", "persistence"]);
  const info = parseInfo(stdout);
  const isOn = info.get("aof_enabled") === "1";
  const failed = ["rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status"].filter(
    (name) => info.get(name) === "err",
  );
  const ok = failed.length === 0 && stdout !== "";
  if (ok && isOn !== appendonly) {
    const saw = `the append-only file is ${isOn ? "on" : "off"}, and configured ${appendonly ? "on" : "off"}; run bin/redis-ops preflight`;
    return { check, ok: false, saw };
  }
  return {
    check,
    ok,
    saw: ok
      ? `the last snapshot${isOn ? " and the append-only file were" : " was"} written`
      : `${failed.map((name) => `${name}:err`).join(", ") || stderr.trim()}; the data is in memory alone: keep the server running and its files, make room on the disk or mend the owner of /data, then write a snapshot by BGSAVE`,
  };
}

/** Where the last snapshot failed and another is being written, that one decides: Redis refuses writes until it has ended. */
async function untilSaved(
  container: Docker.Container,
  auth: AuthProps,
  timeoutSeconds: number,
  terminal: Terminal,
): Promise<void> {
  const end = Date.now() + timeoutSeconds * 1000;
  for (let isAnnounced = false; Date.now() < end; isAnnounced = true) {
    const { stdout } = await redisCommand(container, auth, ["INFO", "persistence"]);
    const info = parseInfo(stdout);
    if (info.get("rdb_last_bgsave_status") !== "err" || info.get("rdb_bgsave_in_progress") !== "1") {
      return;
    }
    if (!isAnnounced) {
      terminal.err("waiting for the snapshot that is being written: the last one failed");
    }
    await sleep(250);
  }
}

async function writeAndRead(container: Docker.Container, auth: AuthProps): Promise<Finding> {
  const key = `redis-ops:verify:${randomUUID()}`;
  const value = randomUUID();
  const replies: string[] = [];
  for (const command of [
    ["SET", key, value, "EX", "60"],
    ["GET", key],
    ["UNLINK", key],
  ]) {
    const { stdout, stderr } = await redisCommand(container, auth, command);
    replies.push(stdout.trim() || stderr.trim());
  }
  const [set, get] = replies;
  return set === "OK" && get === value
    ? { check: "write and read", ok: true, saw: "the same value" }
    : { check: "write and read", ok: false, saw: replies.filter((reply) => reply !== value).join("; ") };
}
