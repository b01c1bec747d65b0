import type Docker from "dockerode";
import type { DeployedConf } from "../backup/deployed";
import { exec, isNotFound } from "../docker-engine";
import { runThrowAway, streamExec, withThrowAway } from "../docker-run";

/** Where the files are: in a running container, or in a volume, looked at with the programs of an image. */
export type DataPlace = { readonly container: Docker.Container } | DataVolume;

export interface DataVolume {
  readonly volume: string;
  readonly image: string;
}

/** What lies in `/data`. */
export interface DataFiles {
  /** Whether there is an append-only set that Redis would load. */
  readonly hasManifest: boolean;
  /** Versions of the RDB format in `dump.rdb` and in the bases of the append-only file. */
  readonly rdbVersions: readonly number[];
}

/** The files could not be looked at; the message is what the shell said. */
export class UnreadData extends Error {}

/** A folder that cannot be read looks like an empty one to everything that follows. A file may go at any moment. */
const LOOK = `
cd /data || exit 1
for folder in . "$3"; do
  if [ -e "$folder" ]; then ls "$folder" >/dev/null || exit 1; fi
done
`;

const LIST = `${LOOK}
if [ -s "$3/$2.manifest" ]; then echo manifest; fi
for file in "$1" "$3/$2".*.base.rdb; do
  if [ -s "$file" ]; then
    start=$(head -c 9 "$file") || ! [ -e "$file" ] || exit 1
    printf 'rdb %s\\n' "$(printf %s "$start" | tr -dc A-Z0-9)"
  fi
done
`;

const SHOW_AOF = `${LOOK}
for file in "$2" "$3/$2".*.aof; do
  if [ -s "$file" ]; then cat "$file" || ! [ -e "$file" ] || exit 1; fi
done
`;

/** @throws UnreadData */
export async function readDataFiles(
  docker: Docker,
  place: DataPlace,
  conf: DeployedConf,
): Promise<DataFiles> {
  const argv = ["sh", "-c", LIST, "list", ...fileNames(conf)];
  const { exitCode, stdout, stderr } =
    "container" in place
      ? await exec(place.container, argv)
      : await runThrowAway(docker, { image: place.image, argv, binds: [`${place.volume}:/data:ro`] });
  refuseUnread(exitCode, stderr);
  return {
    hasManifest: /^manifest$/m.test(stdout),
    rdbVersions: [...stdout.matchAll(/^rdb REDIS(\d{4})$/gm)].map(([, version]) => Number(version)),
  };
}

/**
 * Those of `words` (in small letters) that stand alone between two line ends of the append-only file, as the name of a
 * command does there, in any case. A value of that text is taken for one as well. The file is read once, piece by piece.
 * @throws UnreadData
 */
export async function wordsInAof(
  docker: Docker,
  place: DataPlace,
  conf: DeployedConf,
  words: readonly string[],
): Promise<readonly string[]> {
  if (words.length === 0) {
    return [];
  }
  const argv = ["sh", "-c", SHOW_AOF, "show", ...fileNames(conf)];
  if ("container" in place) {
    return shownWords(place.container, argv, words);
  }
  const idle = ["sleep", "3600"];
  return withThrowAway(
    docker,
    { image: place.image, argv: idle, binds: [`${place.volume}:/data:ro`] },
    (container) => shownWords(container, argv, words),
  );
}

async function shownWords(
  container: Docker.Container,
  argv: readonly string[],
  words: readonly string[],
): Promise<readonly string[]> {
  const { stdout, finished } = await streamExec(container, argv);
  const found = await wordsIn(stdout, words);
  const { exitCode, stderr } = await finished;
  refuseUnread(exitCode, stderr);
  return found;
}

function refuseUnread(exitCode: number, stderr: string): void {
  if (exitCode !== 0) {
    throw new UnreadData(stderr.trim() || `exit code ${exitCode}`);
  }
}

/** The words that stand in a line of their own in RESP text. */
export async function wordsIn(
  text: AsyncIterable<Buffer>,
  words: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  const overlap = Math.max(...words.map(({ length }) => length)) + 4;
  let rest = "";
  for await (const chunk of text) {
    const piece = rest + chunk.toString("latin1").toLowerCase();
    for (const word of words) {
      if (piece.includes(`\r\n${word}\r\n`)) {
        found.add(word);
      }
    }
    rest = piece.slice(-overlap);
  }
  return words.filter((word) => found.has(word));
}

/** Whether an image is on the engine. */
export async function isImageThere(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

/** What Redis calls them where redis.conf does not. */
function fileNames(conf: DeployedConf): readonly string[] {
  return (
    [
      ["dbfilename", "dump.rdb"],
      ["appendfilename", "appendonly.aof"],
      ["appenddirname", "appendonlydir"],
    ] as const
  ).map(([name, usual]) => plain(conf.directive(name)) ?? usual);
}

/** A value without the quotes that redis.conf allows. */
export function plain(value: string | undefined): string | undefined {
  return value?.replace(/^(["'])(.*)\1$/, "$2");
}
