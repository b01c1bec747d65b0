import fc from "fast-check";
import { RENAMEABLE_COMMANDS } from "../../config/check-commands";
import type { Environment } from "../../config/environment";
import type { EnvironmentName } from "../../config/environments";
import { wholeSeconds } from "./texts-with-units";

export interface ValidEnvironment extends Environment {
  readonly name: EnvironmentName;
}

/** From the shortest to the longest that there may be, and no two alike: they end with the command's index. */
function newName(index: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom("A", "Z").map((letter) => `${letter}_${index}`),
    fc.constant(`_RO_${index}`.padStart(64, "A")),
    fc.array(fc.constantFrom(..."ABCXYZ019_"), { maxLength: 50 }).map((all) => `R${all.join("")}_${index}`),
  );
}

/** Each command stays, is switched off, or answers to another name. */
const commands = fc
  .tuple(
    ...RENAMEABLE_COMMANDS.map((command, index) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant({ command, is: "kept" as const }) },
        fc.constant({ command, is: "disabled" as const }),
        newName(index).map((name) => ({ command, is: "renamed" as const, name })),
      ),
    ),
  )
  .map((all) => ({
    disabledCommands: all.flatMap((one) => (one.is === "disabled" ? [one.command] : [])),
    renamedCommands: Object.fromEntries(
      all.flatMap((one) => (one.is === "renamed" ? [[one.command, one.name]] : [])),
    ),
  }));

/** Every policy that `config/environment.ts` allows, under one of the names that services know. */
export const validEnvironment: fc.Arbitrary<ValidEnvironment> = fc
  .record({
    name: fc.constantFrom<EnvironmentName>("dev", "prod"),
    auth: fc.constantFrom("none", "requirepass"),
    network: fc.constantFrom("bridge", "internal"),
    dataVolume: fc.constantFrom("protected", "destroyable"),
    exporter: fc.constantFrom("on", "off"),
    backups: fc.record({
      at: fc.constantFrom(
        "b",
        "backups",
        "/srv/backups",
        "../backups",
        "s3://backups",
        "s3://my.backups/redis/prod",
      ),
      schedule: fc.constantFrom("on", "off"),
    }),
    runbooks: fc.constantFrom(
      "r",
      "docs/runbooks",
      "../runbooks/",
      "http://wiki:8080",
      "https://wiki.example.com/redis/{{x}}",
      "https://[::1]/redis",
    ),
    stopTimeout: wholeSeconds(10, 600),
    gates: fc.constantFrom("refuse", "warn"),
    docker: fc.constant({}),
    state: fc.oneof(
      fc.constant({ backend: "local" as const }),
      fc.constant({ backend: "s3" as const, bucket: "terraform-state", region: "eu-central-1" }),
    ),
    commands,
  })
  .map(({ commands: policy, ...rest }): ValidEnvironment => ({ ...rest, ...policy }) as ValidEnvironment);
