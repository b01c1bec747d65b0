import { PassThrough } from "node:stream";
import { streamExec } from "../../ops/docker-run";
import type { TestStack } from "./test-stack";

/**
 * Connects so many clients from inside the server's container, the first `waiting` of which wait in BLPOP. Returns what
 * disconnects all of them.
 */
export async function holdClients(
  stack: TestStack,
  count: number,
  waiting = 0,
): Promise<() => Promise<unknown>> {
  const script = `
    exec 3<&0
    password=$(cat /run/secrets/redis_password 2>/dev/null)
    say() {
      if [ "$1" -le ${waiting} ]; then
        [ -z "$password" ] || printf 'AUTH %s\\r\\n' "$password"
        printf 'BLPOP nobody 0\\r\\n'
      fi
      cat <&3
    }
    for client in $(seq ${count}); do say "$client" | nc 127.0.0.1 6379 >/dev/null 2>&1 & done
    wait`;
  const stdin = new PassThrough();
  const { stdout, finished } = await streamExec(stack.container, ["sh", "-c", script], stdin);
  stdout.resume();
  return () => {
    stdin.end();
    return finished;
  };
}
