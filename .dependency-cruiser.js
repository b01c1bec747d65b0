/** Which room may import which: docs/decisions/001-rooms.md. */
const forbid = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to },
});

/** What only `constructs/` and `main.ts` may use, and the Docker engine. */
const PLATFORM = "cdktf|node_modules/constructs/|dockerode";

/** Modules of Node.js, which dependency-cruiser resolves without their `node:`. */
const world = (names) => `^(node:)?(${names})(/|$)`;

module.exports = {
  forbidden: [
    forbid(
      "core-imports-no-room",
      "^core/",
      "^(config|constructs|ops|monitoring|lab|bench|main)",
      "core is plain values",
    ),
    forbid(
      "core-imports-no-platform",
      "^core/",
      `${PLATFORM}|${world("fs|child_process|net|os|process|crypto")}`,
      "no world in core",
    ),
    forbid(
      "config-imports-core-only",
      "^config/",
      "^(constructs|ops|monitoring|lab|bench|main)",
      "config is data",
    ),
    forbid(
      "config-is-not-terraform",
      "^config/",
      `${PLATFORM}|${world("fs|child_process|net|os|process")}`,
      "config is data",
    ),
    forbid(
      "monitoring-imports-core",
      "^monitoring/",
      "^(config|constructs|ops|lab|bench|main)",
      "rules and panels are data",
    ),
    forbid(
      "monitoring-reads-nothing",
      "^monitoring/",
      `${PLATFORM}|${world("fs|child_process|net|os|process")}`,
      "same bytes everywhere",
    ),
    forbid(
      "constructs-import-core",
      "^constructs/",
      "^(config|ops|lab|bench|main)",
      "props in, resources out",
    ),
    forbid(
      "constructs-read-nothing",
      "^constructs/",
      world("fs|child_process|net|os|process"),
      "same bytes everywhere",
    ),
    forbid(
      "ops-never-synthesizes",
      "^ops/",
      "^(constructs|lab|bench|main)|cdktf",
      "ops works when synthesis is broken",
    ),
    forbid(
      "product-never-imports-lab",
      "^(main\\.ts|core|config|constructs|ops|monitoring)",
      "^lab/",
      "the lab is for tests and bin/",
    ),
    forbid(
      "lab-stands-alone",
      "^lab/",
      "^(config|constructs|ops|monitoring|bench|main)|cdktf",
      "a stand-in of the world knows no product",
    ),
    forbid(
      "conformance-imports-config-and-core",
      "^docs/",
      `^(constructs|ops|monitoring|lab|bench|main|__tests__)|${PLATFORM}`,
      "what a stack has, written for people",
    ),
    forbid(
      "docs-are-for-people",
      "^(main\\.ts|core|config|constructs|ops|monitoring|lab|bench)",
      "^docs/",
      "nothing is built from docs",
    ),
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
