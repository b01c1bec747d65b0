/**
 * Gives each test of a file an environment in which nothing is set but where programs are and where the user
 * lives, and takes it back afterwards. Otherwise the shell's own DOCKER_HOST or REDIS_ENGINE would decide.
 */
export function withEnvironmentOfItsOwn(): void {
  const original = process.env;
  beforeEach(() => {
    const { PATH, HOME } = original;
    process.env = { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }) };
  });
  afterEach(() => {
    process.env = original;
  });
}
