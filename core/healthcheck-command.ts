import type { AuthProps } from "./redis-stack-props";

/** Port inside the container and on the service's network. */
export const REDIS_PORT = 6379;

/**
 * Shell command that tells whether Redis answers. It looks at the reply: `redis-cli ping` exits 0 on NOAUTH,
 * WRONGPASS and LOADING (measured on 7.0.15). User `health` may PING and nothing else.
 */
export function healthcheckCommand(auth: AuthProps): string {
  const login = auth.mode === "none" ? "" : `--no-auth-warning -u redis://health:x@127.0.0.1:${REDIS_PORT} `;
  return `redis-cli -e ${login}ping | grep -qx PONG`;
}
