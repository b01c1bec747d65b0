import type Docker from "dockerode";
import type { RedisStackProps } from "../core/redis-stack-props";
import { runThrowAway } from "./docker-run";
import { engineImage } from "./engine-image";
import { visible } from "./terminal";
import type { Finding } from "./try-published-ports";

/**
 * Checks what Redis would load: the append-only set by its manifest, and the snapshot. One line "FILE<tab>STATUS<tab>SAID"
 * each. Neither program changes a file without --fix; redis-check-aof wants to be able to, so the volume is not mounted
 * read-only.
 */
const CHECK = `
check() { # FILE PROGRAM
  [ -e "$1" ] || return 0
  if said=$("$2" "$1" 2>&1 </dev/null); then
    status=0 last=1 lines='manifest are valid|keys read'
  else
    status=$? last=2 lines='error|invalid|not valid|unexpected|wrong|diff=[1-9]|no such|permission'
  fi
  printf '%s\\t%s\\t%s\\n' "$1" "$status" "$(printf '%s' "$said" | grep -iE "$lines" | tail -n "$last" | tr '\\n' ' ')"
}
cd /data
check "$1" redis-check-aof
check "$2" redis-check-rdb
`;

/** Tries again where a running server was writing at that moment. */
const ATTEMPTS = 3;

/**
 * Whether the files in the stack's volume can be loaded, by the engine's own programs. Nothing is changed, and it does not
 * matter whether the server runs.
 */
export async function checkDataFiles(
  docker: Docker,
  { server, dataVolume }: RedisStackProps,
): Promise<readonly Finding[]> {
  const { directives } = server;
  const folder = directives.appenddirname ?? "appendonlydir";
  const manifest = `${folder}/${directives.appendfilename ?? "appendonly.aof"}.manifest`;
  const image = await engineImage(docker, server);
  for (let attempt = 1; ; attempt += 1) {
    const { stdout, stderr } = await runThrowAway(docker, {
      image,
      argv: ["sh", "-c", CHECK, "check", manifest, directives.dbfilename ?? "dump.rdb"],
      binds: [`${dataVolume.name}:/data`],
    });
    const findings = stdout
      .split("\n")
      .filter((line) => line.includes("\t"))
      .map((line) => finding(line.split("\t")));
    if (findings.length === 0) {
      return [
        { check: "files", ok: stderr === "", saw: stderr === "" ? "none yet" : visible(stderr.trim()) },
      ];
    }
    if (findings.every(({ ok }) => ok) || attempt === ATTEMPTS) {
      return findings;
    }
  }
}

function finding([file = "", status, said = ""]: readonly string[]): Finding {
  return { check: file, ok: status === "0", saw: visible(said.trim()) };
}
