import { ageText } from "../../amounts";
import { CLIENT_NAME } from "../../live-redis";
import type { Facts, SlowCommand } from "../facts";
import { from, type Incident, ok, step } from "../incident";
import { field } from "./reading";

const RECENT_MS = 15 * 60_000;
const MANY = 3;
const LONG_US = 100_000;
const THROTTLED = 0.1;
const LONG_FORK_US = 500_000;

/** Where the service keeps every command, those count that Redis' own default would keep. */
const USUAL_LIMIT_US = 10_000;

/** What health checks, the exporter and these commands ask: slow when something else is, or the log's limit is low. */
const OF_WATCHERS: ReadonlySet<string> = new Set(
  "ACL AUTH CLIENT COMMAND CONFIG DBSIZE HELLO INFO LASTSAVE LATENCY MEMORY PING SELECT SLOWLOG TIME".split(
    " ",
  ),
);

const WATCHERS = [CLIENT_NAME, "redis_exporter"];

/** Whether somebody waited for it as long as the service tells to the slow log, and it is none of who watches. */
function counts({ props: { server } }: Facts, { microseconds, command, client }: SlowCommand): boolean {
  const [name = ""] = command.split(" ");
  const renamed = Object.entries(server.renamedCommands).find(([, to]) => to.toUpperCase() === name);
  return (
    microseconds >= (server.slowlogLogSlowerThan.toMilliseconds() * 1000 || USUAL_LIMIT_US) &&
    !OF_WATCHERS.has((renamed?.[0] ?? name).toUpperCase()) &&
    !WATCHERS.some((watcher) => client.startsWith(`${watcher} at `))
  );
}

export const slowCommands: Incident = {
  name: "slow-commands",
  title: "Commands take long",
  symptoms: [
    "latency is above the service's thresholds",
    "the slow log gets longer; clients see timeouts now and then",
  ],
  steps: [
    step({
      looks: "commands of the last 15 minutes in the slow log",
      command: (n) => n.redis("SLOWLOG", "GET", "10"),
      fine: "None.",
      outcomes: {
        slow: {
          severity: "warning",
          title: "commands took longer than the slow log's limit",
          means:
            "Redis does one thing at a time: while one of them ran, everybody waited. Mostly it is a command that looks at everything (KEYS, SMEMBERS, LRANGE 0 -1) or a script.",
          next: (n) => [
            ["which commands, of which clients", `bin/redis-ops slow ${n.stack}`],
            [
              "change the application: SCAN, HSCAN and SSCAN in place of what reads all, UNLINK in place of DEL",
            ],
            ["when that is deployed, begin the slow log anew", n.redis("SLOWLOG", "RESET")],
            ["and look again later", `bin/redis-ops diagnose ${n.stack}`],
          ],
        },
        once: {
          severity: "note",
          title: "a command took longer than the slow log's limit",
          means: "One or two, and none of 100 ms: a busy host is enough for that.",
          next: (n) => [["which commands, of which clients", `bin/redis-ops slow ${n.stack}`]],
        },
      },
      judge: (facts) =>
        from(facts.slowlog, (entries) => {
          const recent = entries.filter((entry) => facts.now - entry.at < RECENT_MS && counts(facts, entry));
          const all =
            facts.props.server.slowlogLogSlowerThan.toMilliseconds() === 0
              ? "; slowlog-log-slower-than is 0, which keeps every command"
              : "";
          return recent.length === 0
            ? ok(
                entries.length === 0
                  ? "none"
                  : `none of the last 15 minutes that took long, of clients that do not only watch${all}`,
              )
            : {
                outcome:
                  recent.length >= MANY || recent.some(({ microseconds }) => microseconds >= LONG_US)
                    ? "slow"
                    : "once",
                saw: `${recent.length} of the newest ${entries.length}${all}`,
                evidence: [...recent]
                  .sort((one, other) => other.microseconds - one.microseconds)
                  .slice(0, 3)
                  .map(
                    ({ at, microseconds, command, client }) =>
                      `${(microseconds / 1000).toFixed(1)} ms: ${command}, by ${client}, ${ageText((facts.now - at) / 1000)} ago`,
                  ),
              };
        }),
    }),
    step({
      looks: "whether the container was kept from its CPU",
      command: (n) =>
        `docker exec ${n.container} sh -c 'cat /sys/fs/cgroup/cpu/cpu.stat || cat /sys/fs/cgroup/cpu.stat'`,
      fine: "It gets the CPU that it wants.",
      outcomes: {
        throttled: {
          severity: "warning",
          title: "the container's share of CPU is used up again and again",
          means:
            "The kernel holds Redis back for parts of a tenth of a second: every client waits meanwhile.",
          next: (n) => [
            [
              `raise cpus in config/services/${n.service}.ts, or leave it out, and deploy`,
              `bin/up ${n.stack}`,
            ],
          ],
        },
      },
      judge: (facts) =>
        from(facts.inside, ({ cpuPeriods = 0, cpuThrottled = 0 }) => {
          const saw = `${cpuThrottled} of ${cpuPeriods} periods`;
          return cpuThrottled > cpuPeriods * THROTTLED ? { outcome: "throttled", saw } : ok(saw);
        }),
    }),
    step({
      looks: "how long the last fork for a snapshot or a rewrite took",
      command: (n) => n.redis("INFO", "stats"),
      fine: "Less than half a second.",
      outcomes: {
        "slow-fork": {
          severity: "warning",
          title: "the fork for a snapshot stops the server for long",
          means: "It takes longer the more memory the server has, and much longer on some virtual machines.",
          next: (n) => [
            ["see which events took long", `bin/redis-ops latency ${n.stack}`],
            [
              `write fewer snapshots (persistence in config/services/${n.service}.ts), or make the data smaller`,
            ],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "latest_fork_usec", (microseconds) => {
            const saw = `${(microseconds / 1000).toFixed(1)} ms`;
            return microseconds > LONG_FORK_US ? { outcome: "slow-fork", saw } : ok(saw);
          }),
        ),
    }),
  ],
  never: [
    "Do not measure with `redis-benchmark` on a live server: it writes keys of its own, and can evict real ones.",
    "The slow log is in memory (SLOWLOG), never in the log of the container: `grep slow` finds nothing.",
  ],
};
