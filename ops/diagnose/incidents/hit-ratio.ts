import { hitRatioOf, infoNumber } from "../../look/info";
import { from, type Incident, ok, step } from "../incident";

/** Reads below which a ratio says nothing. */
const MIN_READS = 1000;

export const hitRatio: Incident = {
  name: "hit-ratio",
  title: "Few reads find their key",
  symptoms: [
    "the share of hits is below the service's thresholds",
    "the database behind the cache has more to do",
  ],
  steps: [
    step({
      looks: "the share of reads since the server was started that found a key",
      command: (n) => n.redis("INFO", "stats"),
      fine: "It is above the thresholds, or there were too few reads to say, or the service names none.",
      outcomes: {
        low: {
          severity: "warning",
          title: "fewer reads find their key than the critical threshold says",
          means:
            "Keys expire or are evicted before they are read again, or clients ask for what was never there, such as sessions of logged-out users. It counts since the start, and so forgets slowly.",
          next: (n) => [
            ["whether keys are evicted", `bin/redis-ops diagnose ${n.stack} --incident evictions`],
            ["what the keys are, and how long they live", `bin/redis-ops status ${n.stack}`],
          ],
        },
        lower: {
          severity: "note",
          title: "fewer reads find their key than the threshold says",
          means: "It counts since the start of the server, and so forgets slowly.",
          next: (n) => [
            ["whether keys are evicted", `bin/redis-ops diagnose ${n.stack} --incident evictions`],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const hits = infoNumber(info, "keyspace_hits") ?? 0;
          const misses = infoNumber(info, "keyspace_misses") ?? 0;
          const levels = facts.props.thresholds.hitRatio;
          const ratio = hitRatioOf(hits, misses);
          if (levels === undefined || ratio === undefined || hits + misses < MIN_READS) {
            return ok(levels === undefined ? "no threshold" : `${hits + misses} reads`);
          }
          const percent = ratio * 100;
          const saw = `${percent.toFixed(1)} % of ${hits + misses} reads`;
          return percent < levels.critical
            ? { outcome: "low", saw: `${saw}, threshold ${levels.critical} %` }
            : percent < levels.warning
              ? { outcome: "lower", saw: `${saw}, threshold ${levels.warning} %` }
              : ok(saw);
        }),
    }),
  ],
  never: [
    "Do not take a low share in a session store for a fault by itself: each logged-out cookie is a miss.",
  ],
};
