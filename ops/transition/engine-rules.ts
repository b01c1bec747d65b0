import { compareLines, engineOf } from "../engine-of";
import { versionOf } from "./facts";
import type { TransitionRule } from "./transition-rule";

/** The rules about a server that reads what another one wrote. */
export const ENGINE_RULES: readonly TransitionRule[] = [
  {
    id: "engine-downgrade",
    protectsFrom: "An older server does not start on newer files: Can't handle RDB format version.",
    acceptable: false,
    detect: (facts) => {
      const { next, files } = facts;
      const engine = engineOf(facts.deployed?.image);
      const rdb = Math.max(0, engine?.rdbVersion ?? 0, ...files.rdbVersions);
      const version = versionOf(facts);
      const isOlder = version !== undefined && compareLines(next.engine.version, version) < 0;
      return rdb <= next.engine.rdbVersion && !isOlder
        ? undefined
        : {
            got: `version ${next.engine.version}, which reads RDB ${next.engine.rdbVersion}`,
            expected: `${version === undefined ? "" : `version ${version} or newer, `}RDB ${rdb} or newer, as the data is`,
            fix: "keep the engine; only the clients can copy data to an older one",
          };
    },
  },
  {
    id: "engine-upgrade",
    protectsFrom:
      "There is no way back once the new server has written: the old one does not read its files.",
    acceptable: true,
    detect: (facts) => {
      const { next } = facts;
      const [engine, version] = [engineOf(facts.deployed?.image), versionOf(facts)];
      if (version !== undefined && compareLines(next.engine.version, version) < 0) {
        return undefined; // a downgrade
      }
      const changes = [
        ...(version !== undefined && compareLines(next.engine.version, version) > 0
          ? [`version ${version} -> ${next.engine.version}`]
          : []),
        ...(engine !== undefined && next.engine.rdbVersion > engine.rdbVersion
          ? [`RDB ${engine.rdbVersion} -> ${next.engine.rdbVersion}`]
          : []),
        ...(engine !== undefined && next.engine.licence !== engine.licence
          ? [`licence ${engine.licence} -> ${next.engine.licence}`]
          : []),
      ];
      return changes.length === 0
        ? undefined
        : {
            got: changes.join(", "),
            expected: "an upgrade that was rehearsed on a copy of the data",
            fix: `run bin/redis-ops upgrade ${next.id} --to ${engineOf(next.engine.image)?.name ?? "ENGINE"}`,
          };
    },
  },
];
