import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { Problem } from "./problem";

/**
 * A client for the engine at `host` (`unix://`, `npipe://`, `tcp://`, `ssh://`), or
 * for the one that the environment names, or the machine's own.
 */
export function connect(host: string): Docker {
  if (host === "") {
    return new Docker();
  }
  const [, scheme = "", address = ""] = /^([a-z]+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === "unix" || scheme === "npipe") {
    return new Docker(withoutEnvironment({ socketPath: address }));
  }
  if (!["tcp", "http", "https", "ssh"].includes(scheme)) {
    throw new Problem(
      `provider docker.host: got ${JSON.stringify(host)}, expected unix://, npipe://, tcp://, http://, https:// or ssh://. ` +
        'Fix: write it like "unix:///var/run/docker.sock".',
      ["host"],
    );
  }
  const url = new URL(host.replace(/^tcp:/, "http:"));
  const target = { host: url.hostname, ...(url.port === "" ? {} : { port: Number(url.port) }) };
  if (scheme === "ssh") {
    const agent = process.env.SSH_AUTH_SOCK;
    const sshOptions = agent === undefined ? {} : { agent };
    return new Docker(withoutEnvironment({ ...target, protocol: "ssh", username: url.username, sshOptions }));
  }
  const usesTls = scheme === "https" || process.env.DOCKER_TLS_VERIFY === "1" || url.port === "2376";
  return new Docker(
    withoutEnvironment({
      ...target,
      protocol: usesTls ? "https" : "http",
      ...(usesTls ? certificates() : {}),
    }),
  );
}

/** The client fills what is not given from DOCKER_HOST, which is another engine than the one asked for. */
function withoutEnvironment(options: Docker.DockerOptions): Docker.DockerOptions {
  const blank = { socketPath: undefined, host: undefined, port: undefined, pathPrefix: "/" };
  const none = { ca: undefined, cert: undefined, key: undefined };
  return { ...blank, ...none, protocol: "http", ...options } as Docker.DockerOptions;
}

function certificates(): Pick<Docker.DockerOptions, "ca" | "cert" | "key"> {
  const directory = process.env.DOCKER_CERT_PATH;
  if (directory === undefined || directory === "") {
    return {};
  }
  const read = (file: string): string => readFileSync(join(directory, file), "utf8");
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

/** Whether the engine answered with this HTTP status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return statuses.includes((error as { statusCode?: number }).statusCode ?? 0);
}

/** Whether the error is an answer of the engine, rather than something on the way to it. */
export function isAnswer(error: unknown): boolean {
  return typeof (error as { statusCode?: number }).statusCode === "number";
}

/** What the engine said, without the wrapping of the HTTP client. */
export function engineMessage(error: unknown): string {
  const said = (error as { json?: { message?: string } | string }).json;
  const message = typeof said === "object" ? said?.message : undefined;
  return (message ?? (error instanceof Error ? error.message : String(error))).trim();
}

/** The answer, or undefined if the engine has no such thing. */
export async function ifFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) {
      return undefined;
    }
    throw error;
  }
}

/** Do something whose outcome is already there when the engine answers with one of these statuses. */
export async function tolerating(statuses: readonly number[], action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!hasStatus(error, ...statuses)) {
      throw error;
    }
  }
}

/** Ask again and again until the answer is defined; undefined when the time is over. */
export async function poll<T>(
  question: () => Promise<T | undefined>,
  limit: { readonly milliseconds: number; readonly every: number; readonly stop: AbortSignal },
): Promise<T | undefined> {
  const end = Date.now() + limit.milliseconds;
  for (;;) {
    const answer = await question();
    const left = end - Date.now();
    if (answer !== undefined || left <= 0) {
      return answer;
    }
    await sleep(Math.min(limit.every, left), undefined, { signal: limit.stop });
  }
}
