import type Docker from "dockerode";
import { type ExecResult, exec } from "../../ops/docker-engine";
import { withThrowAway } from "../../ops/docker-run";
import { LAB_IMAGE } from "./scratch";
import { startScript } from "./stack-fixtures";

/**
 * Words for the shell of the data lab. `plain` starts Redis as it is without this project, `product` as the start script
 * does; both wait until it answers. `seed` holds snapshots of nothing, of 100 keys and of a function.
 */
const WORDS = `
socket=/tmp/redis.sock
cli() { redis-cli -s $socket "$@"; }
launch() { # COMMAND...
  "$@" >/tmp/log 2>&1 & server=$!
  until cli PING 2>/dev/null | grep -q PONG; do
    if ! kill -0 $server 2>/dev/null; then wait $server; status=$?; tail -n 3 /tmp/log >&2; return $status; fi
    usleep 5000
  done
}
plain() { launch redis-server --port 0 --unixsocket $socket --dir /data "$@"; }
product() { # LINE...
  launch sh -c "$START_SCRIPT" redis-start "$(printf '%s\\n' "port 0" "unixsocket $socket" "dir /data" "$@")"
}
check() { sh -c "$START_SCRIPT" redis-check "$(printf '%s\\n' "$@")"; }
stop() { kill $server; wait $server 2>/dev/null; }
crash() { kill -9 $server; wait $server 2>/dev/null; rm -f $socket; }
keys() { cli DBSIZE; }
fill() { seq 1 "\${1:-100}" | sed 's/.*/SET key:& value-&/' | cli >/dev/null; }
hashes() { find /data -type f | sort | xargs -r sha256sum; }
fresh() { rm -rf /data/* $socket; }
`;

const SEED = `
fresh; plain --save "900 1"; cli SAVE; cp /data/dump.rdb /tmp/empty.rdb
fill; cli SAVE; cp /data/dump.rdb /tmp/keys.rdb
cli FLUSHALL; printf '#!lua name=l\\nredis.register_function("f", function() return 1 end)' | cli -x FUNCTION LOAD
cli SAVE; cp /data/dump.rdb /tmp/function.rdb; stop; fresh
`;

/** A container with real Redis and an empty `/data`, in which a script of the words above does what a host would. */
export class DataLab {
  private constructor(private readonly container: Docker.Container) {}

  static async use<T>(docker: Docker, use: (lab: DataLab) => Promise<T>): Promise<T> {
    const owned = "uid=999,gid=1000";
    return withThrowAway(
      docker,
      {
        image: LAB_IMAGE,
        argv: ["sleep", "3600"],
        tmpfs: {
          "/data": `rw,size=128m,${owned}`,
          "/tmp": "rw,size=64m,mode=1777",
          "/usr/local/etc/redis": `rw,size=1m,mode=0700,${owned}`,
        },
      },
      async (container) => {
        const lab = new DataLab(container);
        await lab.run(SEED);
        return use(lab);
      },
    );
  }

  run(script: string): Promise<ExecResult> {
    const text = `START_SCRIPT=$1; ${WORDS}\n${script}`;
    return exec(this.container, ["sh", "-c", text, "data-lab", startScript]);
  }
}
