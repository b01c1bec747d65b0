import { type Redis, ReplyError } from "ioredis";

/** The first with CLIENT NO-TOUCH. */
const NO_TOUCH_SINCE = [7, 2] as const;

/** Whether a server of this version, such as `7.4.11`, can be read without its keys becoming recently used ones. */
export function knowsNoTouch(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor, sinceMinor] = NO_TOUCH_SINCE;
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** What this connection reads leaves the keys' idle times and LFU counters, and with them the order of eviction, as they were. */
export async function readWithoutTouch(
  redis: Pick<Redis, "call">,
  client: string | undefined,
  version: string,
): Promise<void> {
  if (client === undefined || !knowsNoTouch(version)) {
    return;
  }
  try {
    await redis.call(client, "NO-TOUCH", "ON");
  } catch (error) {
    // An older server still runs: the new version is not deployed yet.
    if (!(error instanceof ReplyError)) {
      throw error;
    }
  }
}
