import type { Problem } from "../../core/problem";
import type { Size } from "../../core/size";
import { plain } from "./data-files";
import { ENGINE_RULES } from "./engine-rules";
import { rewriteAof, switchAofOff, switchAofOn } from "./sequences";
import type { TransitionRule } from "./transition-rule";

const OWN_COPY =
  "take a copy by bin/redis-ops backup create, deploy, and put it back by bin/redis-ops restore";

/** Every rule, in the order in which they are told and applied. */
export const TRANSITION_RULES: readonly TransitionRule[] = [
  {
    id: "unanswered",
    protectsFrom:
      "A server that cannot be asked may have been told to keep its data elsewhere than its configuration says.",
    acceptable: true,
    detect: ({ unanswered }) =>
      unanswered === undefined
        ? undefined
        : {
            got: `a server that runs and cannot be asked: ${unanswered.why}`,
            expected: "an answer to INFO and to CONFIG GET save",
            fix: unanswered.fix,
          },
  },
  {
    id: "restarting",
    protectsFrom:
      "A server that ends as soon as it is started has a reason, which the next one may have as well.",
    acceptable: false,
    isOnlyTold: true,
    detect: ({ isRestarting, next }) =>
      isRestarting !== true
        ? undefined
        : {
            got: "a container that restarts again and again",
            expected: "a server that runs",
            fix: `docker logs --tail 3 ${next.props.server.containerName} says why; a deploy that mends it is not held up`,
          },
  },
  {
    id: "foreign",
    protectsFrom: "What this project did not deploy is neither backed up nor restored nor changed by it.",
    acceptable: false,
    isOnlyTold: true,
    detect: ({ isForeign, next }) =>
      isForeign !== true
        ? undefined
        : {
            got: `container ${next.props.server.containerName}, which this project did not deploy`,
            expected: "none, or one that bin/up made",
            fix: `take it over by bin/up --adopt ${next.id}, or rename or remove it`,
          },
  },
  {
    id: "unread",
    protectsFrom:
      "Files that nobody could look at may be those of a newer server, or hold commands that are lost.",
    acceptable: false,
    detect: ({ unread }) =>
      unread === undefined
        ? undefined
        : {
            got: `data files that cannot be looked at: ${unread.replace(/\s+/g, " ")}`,
            expected: "files in /data that user 999 reads, as Redis does",
            fix: "give them back to 999:1000, or mend the disk",
          },
  },
  {
    id: "start-refused",
    protectsFrom:
      "Redis starts empty where it finds no append-only manifest, and loads an old file where that is the one it is told to.",
    acceptable: false,
    detect: ({ startRefusal, next }) => {
      const [, got = "", expected = "", fix = ""] =
        /: got (.*?), expected (.*?)\. Fix: (.*)\.$/s.exec(startRefusal ?? "") ?? [];
      return startRefusal === undefined
        ? undefined
        : got === ""
          ? { got: startRefusal, expected: "data that can be started with", fix: "read docker logs" }
          : { got, expected, fix: fix.replaceAll("STACK", next.id) };
    },
  },
  {
    id: "aof-on",
    protectsFrom:
      "With appendonly yes Redis reads the append-only file alone: over a snapshot of 100 keys it started with 0.",
    acceptable: false,
    detect: ({ live, files, next }) =>
      live === undefined ||
      live.keys === 0 ||
      !next.props.server.persistence.appendonly ||
      (live.isAofOn && live.isAofComplete && files.hasManifest)
        ? undefined
        : {
            got: `appendonly yes over ${live.keys} keys that are in no append-only file`,
            expected: "an append-only file with all of them",
            fix: `switch it on in the running server first; where nobody can call CONFIG, ${OWN_COPY}`,
          },
    apply: {
      does: "switches the append-only file on in the running server and waits until it is written",
      needs: "CONFIG",
      run: (server, _, terminal) => switchAofOn(server, terminal),
      // Of a stop Redis writes the snapshot last, so that it is not older than the append-only file.
      leaves: ({ deployed, live }) =>
        deployed?.conf.directive("appendonly") === "yes"
          ? undefined
          : live?.save === ""
            ? "this server does not start again"
            : "this server starts again after docker stop, but maybe not after a kill or a crash",
    },
  },
  {
    id: "aof-off",
    protectsFrom:
      "With appendonly no Redis reads dump.rdb alone: an old one brought old values back, and none started it with 0 keys.",
    acceptable: false,
    detect: ({ live, files, next }) =>
      live === undefined ||
      live.keys === 0 ||
      next.props.server.persistence.appendonly ||
      !(live.isAofOn || (files.hasManifest && live.save === ""))
        ? undefined
        : {
            got: `appendonly no over ${live.keys} keys that are in the append-only file`,
            expected: "a snapshot with all of them",
            fix: `write one in the running server first; where nobody can call CONFIG, ${OWN_COPY}`,
          },
    apply: {
      does: "switches the append-only file off in the running server, writes a snapshot, and moves the append-only set aside",
      needs: "CONFIG",
      run: (server, { next }, terminal) => switchAofOff(server, next.props.server.persistence.save, terminal),
      leaves: ({ deployed }) =>
        deployed?.conf.directive("appendonly") === "yes" ? "this server does not start again" : undefined,
    },
  },
  {
    id: "file-names",
    protectsFrom:
      "Redis looks for its files under the names in redis.conf alone, and starts with 0 keys where they are called otherwise.",
    acceptable: false,
    detect: ({ deployed, nextConf }) => {
      const changed = FILE_NAMES.flatMap(([name, usual]) => {
        const [was, becomes] = [deployed?.conf, nextConf].map(
          (conf) => plain(conf?.directive(name)) ?? usual,
        );
        return deployed === undefined || was === becomes ? [] : [{ name, was, becomes }];
      });
      return changed.length === 0
        ? undefined
        : {
            got: changed.map(({ name, becomes }) => `${name} ${becomes}`).join(", "),
            expected: changed.map(({ name, was }) => `${name} ${was}`).join(", "),
            fix: "put the names back: the data is in files of these names",
          };
    },
  },
  {
    id: "renames",
    protectsFrom:
      "Redis stops at a command of the append-only file that it does not know: Unknown command 'flushall'.",
    acceptable: false,
    detect: ({ lostWords }) =>
      lostWords.length === 0
        ? undefined
        : {
            got: `${lostWords.join(", ")} in the append-only file, which the next configuration does not know`,
            expected: "an append-only file without them",
            fix: "start the server as it was deployed, and have it write the file anew by BGREWRITEAOF",
          },
    apply: {
      does: "has the running server write its append-only file anew",
      needs: "BGREWRITEAOF",
      run: (server, _, terminal) => rewriteAof(server, terminal),
    },
  },
  ...ENGINE_RULES,
  {
    id: "volume",
    protectsFrom: "A server on another volume starts with what is in that one.",
    acceptable: false,
    detect: ({ deployed, next }) =>
      deployed === undefined || deployed.dataVolume === next.props.dataVolume.name
        ? undefined
        : {
            got: `volume ${next.props.dataVolume.name}`,
            expected:
              deployed.dataVolume === undefined
                ? "the folder of the host at /data"
                : `volume ${deployed.dataVolume}, where the data is`,
            fix: "put the name of the volume back; data moves by bin/redis-ops backup create and restore",
          },
  },
  {
    id: "unprotected",
    protectsFrom: "Without the protection, terraform destroy deletes the volume, and bin/down with it.",
    acceptable: true,
    detect: ({ deployed, next }) =>
      deployed?.isProtected !== true || next.props.dataVolume.protected
        ? undefined
        : {
            got: `a data volume that Terraform may destroy`,
            expected: "the protection that it was deployed with",
            fix: 'put dataVolume: "protected" back in the environment\'s file',
          },
  },
  {
    id: "persistence-off",
    protectsFrom: "A server that writes no file has 0 keys after the next restart.",
    acceptable: true,
    detect: ({ deployed, live, next }) => {
      const { appendonly, save } = next.props.server.persistence;
      const savedBefore = live?.save ?? plain(deployed?.conf.directive("save")) ?? "";
      const wasOn = (live?.isAofOn ?? deployed?.conf.directive("appendonly") === "yes") || savedBefore !== "";
      return deployed === undefined || !wasOn || appendonly || save.length > 0
        ? undefined
        : {
            got: "no file that the data is written to",
            expected: "an append-only file or snapshots, as now",
            fix: "put persistence back in the service's file",
          };
    },
  },
  {
    id: "maxmemory-below-used",
    protectsFrom:
      "Below what is used, noeviction refuses every write, and any other policy deletes keys until it fits.",
    acceptable: true,
    detect: ({ live, next }) =>
      atLeast(
        "maxmemory",
        next.props.server.maxmemory,
        live?.countedMemory,
        "delete data first, or leave maxmemory where it is",
      ),
  },
  {
    id: "policy-evicting",
    protectsFrom: "With an evicting policy a full server deletes keys instead of refusing writes.",
    acceptable: true,
    detect: ({ live, next }) =>
      live?.maxmemoryPolicy !== "noeviction" || next.props.server.maxmemoryPolicy === "noeviction"
        ? undefined
        : {
            got: `maxmemory-policy ${next.props.server.maxmemoryPolicy}`,
            expected: "noeviction, as now",
            fix: "put it back, or have the owners of the data say that Redis may delete it",
          },
  },
  {
    id: "memory-limit-below-used",
    protectsFrom:
      "The kernel kills a server that does not fit into its container, and again after each restart.",
    acceptable: true,
    detect: ({ live, next }) =>
      atLeast(
        "a memory limit",
        next.props.server.memoryLimit,
        live?.residentMemory,
        "delete data first, or leave the limit where it is",
      ),
  },
];

const FILE_NAMES = [
  ["dir", "/data"],
  ["dbfilename", "dump.rdb"],
  ["appendfilename", "appendonly.aof"],
  ["appenddirname", "appendonlydir"],
] as const;

function atLeast(
  what: string,
  becomes: Size,
  used: number | undefined,
  fix: string,
): Omit<Problem, "field"> | undefined {
  return used === undefined || becomes.toBytes() >= used
    ? undefined
    : { got: `${what} of ${becomes}`, expected: `at least the ${mebibytes(used)} that are used now`, fix };
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;
