import { helpOfCommands } from "../support/help-of";
import { redisOps } from "../support/recording-terminal";

/** One file, though a long one: what people read, whole, so that a change of it is seen at once. */

const help = helpOfCommands();

test("the help of redis-ops groups its commands, explains the exit codes and shows examples", async () => {
  expect(await help()).toMatchInlineSnapshot(`
    "Usage: redis-ops [options] [command]

    Looks after the Redis stacks of this repository.

    Options:
      -h, --help                       display help for command

    Commands that only read:
      stacks [options]                 list every stack
      config                           what a stack is configured with
      status [options] [stacks...]     show how stacks are, of these or all, on one
                                       screen
      clients [options] <stack>        show who is connected, by address, name, user
                                       and library, and what was forgotten
      slow [options] <stack>           show the slow log by what the commands were
                                       like, and what to use instead
      latency [options] <stack>        show what took how long inside Redis, and how
                                       long a PING takes
      hot [options] <stack>            show which commands and keys are used most
      memory [options] <stack>         show what the memory of a stack's container
                                       is for, where it ends, and what is used now
      connection [options] <stack>     print what a client is configured with,
                                       without the password
      preflight [options] [stacks...]  find everything that would stop a deploy, for
                                       these stacks or all
      diagnose [options] [stack]       find what is wrong with a stack, the cause
                                       first, and say the next safe step
      doctor [options] [stacks...]     tell whether the hosts of these stacks, or of
                                       all, are good for Redis, and what to change
      gates [options] [stacks...]      tell which rules the stacks break, of these
                                       stacks or all
      explain-plan [options]           say what a Terraform plan does, why, and what
                                       could be lost
      monitoring                       alert rules, scrape configuration and
                                       dashboards, from each stack's thresholds
      completion <shell>               print what makes a shell complete commands,
                                       options, stacks and files
      reference                        print all commands, exit codes, files and
                                       environment variables as one page of Markdown

    Commands that change something:
      verify [options] <stack>         wait until a stack is healthy, then write,
                                       read and remove one key
      backup                           copies of a stack's data outside its volume
      restore [options] <stack>        make a backup the data of a stack; it is
                                       checked before, and what was there is kept in
                                       the volume
      apply-live [options] <stack>     give a running server the values of its
                                       configuration that it can take without a
                                       restart
      upgrade [options] <stack>        move a stack to a newer engine, after a
                                       backup and a rehearsal with it
      secrets                          the passwords of a stack: files in Docker
                                       volumes, never in Terraform
      sessions                         the sessions of a stack: look at them, and
                                       end them
      queue                            the queues of a stack: what waits, runs,
                                       failed and is stuck
      cache                            the caches of a stack: look at them, and
                                       clear a pattern
      locks                            the locks of a stack: who holds them, and
                                       release one
      rate-limits                      the rate limits of a stack: what has been
                                       used, and reset one
      service                          the files of config/services

    Commands:
      help [command]                   display help for command

    Exit codes:
      0  done, or as it should be
      1  looked, and found something that is not as it should be
      2  the input cannot be used, or something is missing or cannot be reached; nothing was changed
      Where the disk is full and output cannot be written, the command goes on, and the code is 2 as well.
      A reader that goes away early, such as head, changes neither.

    Examples:
      $ bin/redis-ops stacks
      $ bin/redis-ops config show sentra-portal-prod
      $ bin/redis-ops verify dev-cache-dev"
  `);
});

test("the help of stacks", async () => {
  expect(await help("stacks")).toMatchInlineSnapshot(`
    "Usage: redis-ops stacks [options]

    list every stack

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Examples:
      $ bin/redis-ops stacks
      $ bin/redis-ops stacks --json"
  `);
});

test("the help of config", async () => {
  expect(await help("config")).toMatchInlineSnapshot(`
    "Usage: redis-ops config [options] [command]

    what a stack is configured with

    Options:
      -h, --help                         display help for command

    Commands:
      show [options] <stack>             print every value of a stack and who
                                         decided it
      explain [options] <stack> [field]  tell why every value of a stack is what it
                                         is, or why one is
      diff [options] <stack> <other>     print what differs between two stacks, and
                                         whether policy or size explains it
      help [command]                     display help for command"
  `);
});

test("the help of config show", async () => {
  expect(await help("config", "show")).toMatchInlineSnapshot(`
    "Usage: redis-ops config show [options] <stack>

    print every value of a stack and who decided it

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Examples:
      $ bin/redis-ops config show dev-cache-dev
      $ bin/redis-ops config show sentra-portal-prod --json"
  `);
});

test("the help of config explain", async () => {
  expect(await help("config", "explain")).toMatchInlineSnapshot(`
    "Usage: redis-ops config explain [options] <stack> [field]

    tell why every value of a stack is what it is, or why one is

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Examples:
      $ bin/redis-ops config explain dev-cache-dev
      $ bin/redis-ops config explain sentra-portal-prod server.maxmemoryPolicy"
  `);
});

test("the help of config diff", async () => {
  expect(await help("config", "diff")).toMatchInlineSnapshot(`
    "Usage: redis-ops config diff [options] <stack> <other>

    print what differs between two stacks, and whether policy or size explains it

    Options:
      --json      print data for scripts (default: false)
      -h, --help  display help for command

    Exit codes:
      1  a value differs that neither policy nor size explains

    Examples:
      $ bin/redis-ops config diff sentra-portal-dev sentra-portal-prod"
  `);
});

test("the help of memory", async () => {
  expect(await help("memory")).toMatchInlineSnapshot(`
    "Usage: redis-ops memory [options] <stack>

    show what the memory of a stack's container is for, where it ends, and what is
    used now

    Options:
      --keys            show what the keys take: the biggest, by prefix, by type, by
                        TTL (default: false)
      --sample <keys>   look at so many: 100 to 10000000 (default: 10000)
      --all             look at every key (default: false)
      --grow <time>     look twice, and show what has grown: 1 s to 1 h
      --since <file>    show what has grown since a look that was kept
      --save-to <file>  keep this look in a new file, for --since
      --json            print data for scripts (default: false)
      -h, --help        display help for command

    Without a server that runs, the arithmetic of the limit is shown alone. With --keys it is left out.
    A sample is drawn by RANDOMKEY; where there are no more keys than that, all are looked at.
    Every option about keys stands for --keys, too.

    Examples:
      $ bin/redis-ops memory dev-cache-dev
      $ bin/redis-ops memory sentra-portal-prod --json
      $ bin/redis-ops memory sentra-portal-prod --keys
      $ bin/redis-ops memory dev-cache-dev --grow 10s --all
      $ bin/redis-ops memory dev-cache-dev --save-to monday.json
      $ bin/redis-ops memory dev-cache-dev --since monday.json"
  `);
});

test("the help of connection", async () => {
  expect(await help("connection")).toMatchInlineSnapshot(`
    "Usage: redis-ops connection [options] <stack>

    print what a client is configured with, without the password

    Options:
      --format <format>  how to write it (choices: "env", "json", "url", default:
                         "env")
      --from <side>      where the client stands (default: host where a port is
                         published) (choices: "host", "network")
      -h, --help         display help for command

    Examples:
      $ bin/redis-ops connection dev-cache-dev
      $ bin/redis-ops connection sentra-portal-prod --format json"
  `);
});

test("the help of preflight", async () => {
  expect(await help("preflight")).toMatchInlineSnapshot(`
    "Usage: redis-ops preflight [options] [stacks...]

    find everything that would stop a deploy, for these stacks or all

    Options:
      --without-docker   leave out the Docker engine and the secrets on it (default:
                         false)
      --without-secrets  leave out the secrets, which only a deploy needs (default:
                         false)
      --without-data     leave out what the deploy would do to the servers that run
                         and to their data (default: false)
      --apply            do the safe sequence where the data needs one before the
                         deploy, on the running server (default: false)
      --accept <rule>    go on in spite of this rule about data; can be given
                         several times (default: [])
      --json             print data for scripts (default: false)
      -h, --help         display help for command

    Exit codes:
      0  nothing would stop a deploy
      1  --apply has begun, and something would still stop a deploy
      2  something would stop a deploy; nothing was changed

    Examples:
      $ bin/redis-ops preflight
      $ bin/redis-ops preflight sentra-portal-prod --json
      $ bin/redis-ops preflight sentra-portal-prod --apply
      $ bin/redis-ops preflight sentra-portal-prod --accept maxmemory-below-used"
  `);
});

test("the help of gates", async () => {
  expect(await help("gates")).toMatchInlineSnapshot(`
    "Usage: redis-ops gates [options] [stacks...]

    tell which rules the stacks break, of these stacks or all

    Options:
      --list             print the rules themselves (default: false)
      --format <format>  how to write it (choices: "text", "json", "junit", "sarif",
                         default: "text")
      --json             print data for scripts (default: false)
      -h, --help         display help for command

    Exit codes:
      1  a stack breaks a rule that its environment refuses

    Examples:
      $ bin/redis-ops gates
      $ bin/redis-ops gates sentra-portal-prod --format sarif
      $ bin/redis-ops gates --list"
  `);
});

test("the help of explain-plan", async () => {
  expect(await help("explain-plan")).toMatchInlineSnapshot(`
    "Usage: redis-ops explain-plan [options]

    say what a Terraform plan does, why, and what could be lost

    Options:
      --from <file>   output of terraform show -json PLAN; - for standard input
                      (default: "-")
      --data-checked  preflight has compared the plan's configuration with the
                      servers and their data (default: false)
      --json          print data for scripts (default: false)
      -h, --help      display help for command

    Exit codes:
      1  somebody has to decide before this plan is applied, or Terraform refused it

    Examples:
      $ bin/redis-ops explain-plan --from plan.json
      $ bin/redis-ops explain-plan --json < plan.json"
  `);
});

test("the help of verify", async () => {
  expect(await help("verify")).toMatchInlineSnapshot(`
    "Usage: redis-ops verify [options] <stack>

    wait until a stack is healthy, then write, read and remove one key

    Options:
      --timeout <seconds>  how long to wait: 1 to 3600 (default: 120)
      --files              check the files that Redis would load at its next start,
                           too; they stay as they are (default: false)
      --json               print data for scripts (default: false)
      -h, --help           display help for command

    Exit codes:
      1  a check failed, or the time was over

    Examples:
      $ bin/redis-ops verify dev-cache-dev
      $ bin/redis-ops verify sentra-portal-prod --timeout 300 --files"
  `);
});

test("redis-ops without a command says what there is, as an error", async () => {
  const { exitCode, out, err } = await redisOps();
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toBe(await help());
});
