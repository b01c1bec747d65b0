import { isPrintableLine } from "../core/printable";
import type { Problem, Problems } from "../core/problem";
import type { Environment } from "./environment";

/** `<service>-<environment>-exporter` is a host name: 40 + 1 + 12 + 9 of its 63 characters. */
const MAX_ENVIRONMENT_NAME = 12;

/**
 * Whether an environment is called what `config/environments/index.ts` calls it, and so that stacks can be named after it.
 * Under another name its stacks would be taken for those of the other one.
 */
export function hasEnvironmentName(key: string, { name }: Environment, problems: Problems): boolean {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(key) || key.length > MAX_ENVIRONMENT_NAME) {
    problems.add({
      field: `environments/${key}`,
      got: JSON.stringify(key),
      expected: `${MAX_ENVIRONMENT_NAME} lower-case letters, digits and single dashes at most, a letter first`,
      fix: "rename the environment in config/environments/index.ts; stacks and containers are named after it",
    });
    return false;
  }
  if (name !== key) {
    problems.add({
      field: `environments/${key}.name`,
      got: JSON.stringify(name),
      expected: `${JSON.stringify(key)}, as config/environments/index.ts calls it`,
      fix: `write name: ${JSON.stringify(key)}`,
    });
    return false;
  }
  return true;
}

const MAX_DOCKER_HOST = 255;
const DOCKER_HOST =
  /^(?:unix:\/\/\/.+|npipe:\/\/.+|(?:tcp:\/\/|ssh:\/\/(?:[\w.-]+@)?)(?:[\w.-]+|\[[\da-f:.]+\])(?::(?<port>\d{1,5}))?(?:\/[^?#\s]*)?)$/i;

/** A path, as a line that can be read. */
const MAX_DIRECTORY = 255;

/** Notes an address of the Docker engine, or a place for state, backups or runbooks, that there cannot be. */
export function checkEnvironment(
  { name, docker, state, backups, runbooks }: Environment,
  problems: Problems,
): void {
  const refuse = (field: string, problem: Omit<Problem, "field">) =>
    problems.add({ field: `environments/${name}.${field}`, ...problem });
  if (docker.host !== undefined && !isDockerHost(docker.host)) {
    refuse("docker.host", {
      got: hasPassword(docker.host) ? "an address with a password" : JSON.stringify(docker.host),
      expected: "an address unix://, ssh://, tcp:// or npipe:// without a password",
      fix: "write it as ssh://deploy@host, or leave it out for what Docker's own tools use",
    });
  }
  if (!isPlaceForBackups(backups.at)) {
    refuse("backups.at", {
      got: backups.at.length > MAX_DIRECTORY ? `${backups.at.length} characters` : JSON.stringify(backups.at),
      expected: `a directory, or s3://BUCKET or s3://BUCKET/PREFIX, of ${MAX_DIRECTORY} characters at most`,
      fix: 'write at: "backups" for a folder of this repository, or at: "s3://my-bucket/redis"',
    });
  }
  if (!isPlaceForRunbooks(runbooks)) {
    refuse("runbooks", {
      got: runbooks.length > MAX_DIRECTORY ? `${runbooks.length} characters` : JSON.stringify(runbooks),
      expected: `an address http:// or https:// without a password, ? and #, or a folder of this repository, of ${MAX_DIRECTORY} characters at most`,
      fix: 'write runbooks: "docs/runbooks", or where they are published, such as "https://wiki.example.com/redis"',
    });
  }
  if (state.backend !== "s3") {
    return;
  }
  if (!isBucket(state.bucket)) {
    refuse("state.bucket", {
      got: JSON.stringify(state.bucket),
      expected:
        "3 to 63 lower-case letters, digits, dots and dashes, a letter or digit at both ends, as S3 has it",
      fix: "write the name of the bucket alone, without s3:// and without a path",
    });
  }
  if (!/^[a-z0-9-]+$/.test(state.region)) {
    refuse("state.region", {
      got: JSON.stringify(state.region),
      expected: "lower-case letters, digits and dashes",
      fix: 'write the region of the bucket, such as "eu-central-1"',
    });
  }
}

function isDockerHost(host: string): boolean {
  const match = DOCKER_HOST.exec(host);
  const port = Number(match?.groups?.port ?? 1);
  return (
    match !== null &&
    port >= 1 &&
    port <= 65_535 &&
    isPrintableLine(host, MAX_DOCKER_HOST) &&
    !/[$%]\{/.test(host) &&
    !hasPassword(host)
  );
}

/** Whether there is a colon before an at sign, however wrong the rest is. */
function hasPassword(host: string): boolean {
  return /:.*@/s.test(host.replace(/^[a-z][a-z\d+.-]*:\/\//i, ""));
}

/** Nothing with another scheme is a directory: `volume:NAME` is on the Docker engine, where the schedule writes already. */
function isPlaceForBackups(at: string): boolean {
  if (!isPrintableLine(at, MAX_DIRECTORY)) {
    return false;
  }
  const s3 = /^s3:\/\/([^/]*)(?:\/(.*))?$/i.exec(at);
  if (s3 === null) {
    return !/^[a-z][a-z\d+.-]*:/i.test(at);
  }
  const [, bucket = "", prefix = ""] = s3;
  return at.startsWith("s3:") && isBucket(bucket) && !/^\/|\/\/|[?#\\]/.test(prefix);
}

/** Names of pages are put behind it. */
function isPlaceForRunbooks(place: string): boolean {
  if (!isPrintableLine(place, MAX_DIRECTORY)) {
    return false;
  }
  return /^[a-z][a-z\d+.-]*:/i.test(place)
    ? /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/.test(place) && URL.canParse(place)
    : !/^[/\\]/.test(place);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucket(bucket: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
    !bucket.includes("..") &&
    !/^\d+(\.\d+){3}$/.test(bucket)
  );
}
