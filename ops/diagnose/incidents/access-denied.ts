import { ageText } from "../../amounts";
import { from, type Incident, ok, step } from "../incident";
import { verify } from "./advice";

export const accessDenied: Incident = {
  name: "access-denied",
  title: "Redis refuses logins",
  symptoms: [
    "clients say `NOAUTH Authentication required`, `WRONGPASS invalid username-password pair or user is disabled` or `NOPERM`",
    "the exporter says `redis_up 0`, and the container is healthy: its health check needs no password",
  ],
  steps: [
    step({
      looks: "whether user ops gets in with the password of its file",
      command: (n) => n.redis("PING"),
      fine: "It does.",
      outcomes: {
        "ops-refused": {
          severity: "critical",
          title: "the server has other passwords than the files in its volume",
          means:
            "A file was changed, replaced or removed after the server had read it at its start. Clients that are connected go on; the data is untouched.",
          next: (n) => [
            ["see whether every file is there", `bin/redis-ops secrets status ${n.stack}`],
            [
              "make what is missing or unusable; what clients use stays",
              `bin/redis-ops secrets init ${n.stack}`,
            ],
            [
              "is the file redis_password what clients send? If not, put theirs back first (leave this out if it is)",
              `bin/redis-ops secrets import ${n.stack} --from FILE --replace`,
            ],
            [
              "let the server read the files: it stops with its data saved, and starts",
              `docker restart ${n.container}`,
            ],
            verify(n),
          ],
        },
      },
      judge: (facts) =>
        from(facts.answer, ({ kind, said }) =>
          kind === "denied"
            ? { outcome: "ops-refused", saw: said }
            : ok(kind === "pong" ? "PONG" : "not refused"),
        ),
    }),
    step({
      looks: "whether the server's users have the passwords of the files, by their SHA-256",
      command: (n) => `bin/redis-ops secrets status ${n.stack}; ${n.redis("ACL", "LIST")}`,
      fine: "The files are what the server was started with.",
      outcomes: {
        "file-changed": {
          severity: "warning",
          title: "a password file was changed since the server was started",
          means:
            "The server takes the old password until its next start, and the new one from then on: who has the other one is refused.",
          next: (n) => [
            [
              "is the new one meant? Give it to the clients. If not, put the old one back (leave this out if it is)",
              `bin/redis-ops secrets import ${n.stack} --from FILE --replace`,
            ],
            [
              "then let the server read it: it stops with its data saved, and starts",
              `docker restart ${n.container}`,
            ],
            verify(n),
          ],
        },
      },
      judge: (facts) =>
        from(facts.passwords, (passwords) => {
          const other = passwords.filter(({ isSame }) => !isSame);
          return other.length === 0
            ? ok(passwords.length === 0 ? "there are no passwords" : `${passwords.length} are the same`)
            : {
                outcome: "file-changed",
                saw: `${other.length} of ${passwords.length}`,
                evidence: other.map(({ user, file }) => `user ${user}: not the password in ${file}`),
              };
        }),
    }),
    step({
      looks: "logins that were refused in the last hour",
      command: (n) => n.redis("ACL", "LOG", "10"),
      fine: "Nobody was refused.",
      outcomes: {
        refused: {
          severity: "warning",
          title: "somebody was refused a login in the last hour",
          means: "A client has a wrong password, or somebody guesses.",
          next: (n) => [
            ["whose address that is", `docker network inspect ${n.network}`],
            ["what a client has to be configured with", `bin/redis-ops connection ${n.stack}`],
          ],
        },
      },
      judge: (facts) =>
        from(facts.aclLog, (entries) => {
          const recent = entries.filter(({ secondsAgo }) => secondsAgo < HOUR_SECONDS);
          return recent.length === 0
            ? ok("none")
            : {
                outcome: "refused",
                saw: `${recent.reduce((sum, { count }) => sum + count, 0)} times`,
                evidence: recent
                  .slice(0, 3)
                  .map(
                    ({ user, address, count, secondsAgo }) =>
                      `user ${user} from ${address}: ${count} times, the last ${ageText(secondsAgo)} ago`,
                  ),
              };
        }),
    }),
  ],
  never: [
    "Do not write the password on a command line (`redis-cli -a`): it is in the process list and in the shell's history.",
    "Do not take the password away to get in: an open server is worse than one that refuses.",
  ],
};

const HOUR_SECONDS = 3600;
