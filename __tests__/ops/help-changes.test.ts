import { helpOfCommands } from "../support/help-of";

const help = helpOfCommands();

test("the help of secrets", async () => {
  expect(await help("secrets")).toMatchInlineSnapshot(`
    "Usage: redis-ops secrets [options] [command]

    the passwords of a stack: files in Docker volumes, never in Terraform

    Options:
      -h, --help                display help for command

    Commands:
      init [options] <stack>    make the secrets that are missing; those that are
                                there stay
      import [options] <stack>  take the password that clients already use from a
                                file, and make the other secrets
      status [options] <stack>  which secrets are there; prints none of them
      help [command]            display help for command"
  `);
});

test("the help of secrets init", async () => {
  expect(await help("secrets", "init")).toMatchInlineSnapshot(`
    "Usage: redis-ops secrets init [options] <stack>

    make the secrets that are missing; those that are there stay

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Examples:
      $ bin/redis-ops secrets init sentra-portal-prod"
  `);
});

test("the help of secrets import", async () => {
  expect(await help("secrets", "import")).toMatchInlineSnapshot(`
    "Usage: redis-ops secrets import [options] <stack>

    take the password that clients already use from a file, and make the other
    secrets

    Options:
      --from <file>  file with the password alone; - for standard input
      --replace      replace another password that is already there (default: false)
      --json         print data for scripts (default: false)
      -h, --help     display help for command

    Examples:
      $ bin/redis-ops secrets import sentra-portal-prod --from ./secrets/redis_password.txt"
  `);
});

test("the help of secrets status", async () => {
  expect(await help("secrets", "status")).toMatchInlineSnapshot(`
    "Usage: redis-ops secrets status [options] <stack>

    which secrets are there; prints none of them

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Exit codes:
      1  a secret is missing, or cannot be used

    Examples:
      $ bin/redis-ops secrets status sentra-portal-prod"
  `);
});

test("the help of service", async () => {
  expect(await help("service")).toMatchInlineSnapshot(`
    "Usage: redis-ops service [options] [command]

    the files of config/services

    Options:
      -h, --help            display help for command

    Commands:
      new [options] <name>  ask what a new service stores and how much, and write
                            its file; what a flag says is not asked
      help [command]        display help for command"
  `);
});

test("the help of service new", async () => {
  expect(await help("service", "new")).toMatchInlineSnapshot(`
    "Usage: redis-ops service new [options] <name>

    ask what a new service stores and how much, and write its file; what a flag says
    is not asked

    Options:
      --description <text>         one line: what the service is and what it keeps
      --store <store>              what it stores, once for each: "KIND
                                   [keys=PATTERN] [ttl=TIME]
                                   [lossAcceptable=true|false]"; kinds: sessions,
                                   tokens, cache, queue, jobs, results, locks,
                                   rate-limits, pub-sub
      --maxmemory <size>           how much data it may keep; less where data is not
                                   protected
      --environment <environment>  one that it is for: "NAME [maxmemory=SIZE]
                                   [hostPort=PORT|none] [exporter=PORT|off]"
                                   (default: all, with free ports)
      --engine <name>              a row of config/engines.ts (default: "redis-7.4")
      --maxmemory-policy <policy>  what happens when the memory is full (default:
                                   follows from the stores)
      --persistence <how>          appendonly or none (default: follows from the
                                   stores)
      --yes                        ask nothing; take suggestions for what no flag
                                   says (default: false)
      --dry-run                    print the file and write nothing (default: false)
      --json                       print data for scripts (default: false)
      -h, --help                   display help for command

    Ctrl-C and a no write nothing, with exit code 2.

    Examples:
      $ bin/redis-ops service new shop
      $ bin/redis-ops service new shop --yes --description "Baskets of the shop" --store sessions --maxmemory 256MiB
      $ bin/redis-ops service new shop --yes --description "Baskets and prices" --store "sessions keys=basket:* ttl=2h" --store cache --maxmemory 1GiB --environment "dev hostPort=6390" --environment "prod exporter=9130""
  `);
});

test("the help of apply-live", async () => {
  expect(await help("apply-live")).toMatchInlineSnapshot(`
    "Usage: redis-ops apply-live [options] <stack>

    give a running server the values of its configuration that it can take without a
    restart

    Options:
      --dry-run   show what would be set, and set nothing (default: false)
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    redis.conf travels in the container's command, so that the next deploy still replaces the container. Memory limit,
    reservation, CPU shares and restart policy need none of this: bin/up changes them on the running container.

    Exit codes:
      1  Redis refused a value, or one has to wait for a safe sequence; those before it are set

    Examples:
      $ bin/redis-ops apply-live dev-cache-dev --dry-run
      $ bin/redis-ops apply-live sentra-portal-prod"
  `);
});
