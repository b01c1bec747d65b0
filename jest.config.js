/** Packages that are modules only. Node.js loads them by `import()`; jest cannot, so they are compiled. */
const ESM_PACKAGES = "/node_modules/(age-encryption|@noble|@scure)/.+\\.js$";

const common = {
  rootDir: __dirname,
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": ["ts-jest", { diagnostics: false }],
    [ESM_PACKAGES]: [
      "ts-jest",
      { diagnostics: false, tsconfig: { allowJs: true, target: "ES2022", module: "commonjs" } },
    ],
  },
  transformIgnorePatterns: ["/node_modules/(?!(age-encryption|@noble|@scure)/)"],
};

/** Two projects: `unit` needs nothing; `engine` needs a Docker engine and Terraform. */
module.exports = {
  testTimeout: 60_000,
  testSequencer: "./bin/slowest-first.js",
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/__tests__/engine/"],
    },
    {
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
    },
  ],
};
