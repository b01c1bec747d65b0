/** A thing outside the command line that it depends on, and what for. */
type Meanings = Readonly<Record<string, string>>;

/** The environment variables that `redis-ops` and the programs of bin/ read. A test compares them with the code. */
export const ENVIRONMENT_VARIABLES: Meanings = {
  DOCKER_HOST:
    "the Docker engine of stacks whose environment names none: unix://…, tcp://… or ssh://… (default: this machine's)",
  DOCKER_TLS_VERIFY: "1: a tcp:// engine is talked to in TLS, as it is at port 2376 in any case",
  DOCKER_CERT_PATH: "folder of the certificates for TLS, as docker has it",
  SSH_AUTH_SOCK: "the agent with the key for an ssh:// engine",
  REDIS_ENGINE:
    "a row of config/engines.ts that takes the place of every service's own (bin/lab env sets it in the lab)",
  AWS_ACCESS_KEY_ID:
    "credentials for s3://…, with AWS_SECRET_ACCESS_KEY, AWS_REGION and all others of AWS' SDK",
  AWS_ENDPOINT_URL_S3: "a store that speaks S3 and is not Amazon's; buckets are then a part of the path",
  AWS_ENDPOINT_URL: "the same, where AWS_ENDPOINT_URL_S3 is not set",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "false: the SDK says when it will need a later Node.js",
  TERRAFORM_BINARY_NAME: "Terraform or OpenTofu, as a name on PATH or a path (default: terraform, then tofu)",
  TF_CLI_CONFIG_FILE: "Terraform's own configuration; left out where the file is not there",
  TF_REATTACH_PROVIDERS:
    "the lab's stand-in of the Docker provider (bin/lab env sets it); bin/up sets its own",
  NO_COLOR: "without any colour; without it, colour only on a terminal",
  TERM: "dumb: progress in lines of their own, as where no terminal reads it",
  TMPDIR: "folder for logs of steps while they run (default: /tmp)",
};

/** What the command line reads and writes, from the repository's folder. */
export const FILES: Meanings = {
  "config/services/": "one file a service: what it stores, how big, its names and ports",
  "config/environments/": "policy: password or not, network, protected data, backups",
  "config/engines.ts": "the versions of Redis that a service may name",
  "redis.conf.tpl": "every directive of redis.conf",
  "cdktf.out/stacks/STACK/": "what Terraform is told of a stack, made anew by bin/up and bin/plan",
  "state/": "Terraform's state, where the environment says no other place",
  ".lab/": "what the lab has started and decided",
  ".cache/redis-ops-words": "the words that shells complete, made anew when config/ or ops/ changes",
};
