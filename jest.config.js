const common = {
  rootDir: __dirname,
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
};

/** Two projects: `unit` needs nothing; `engine` needs a Docker engine and Terraform. */
module.exports = {
  testTimeout: 60_000,
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
