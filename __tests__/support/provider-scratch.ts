import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type Docker from "dockerode";
import { LAB_IMAGE, Scratch } from "./scratch";
import { type Resources, TerraformFolder } from "./stand-in";

/** One container that waits for nobody, as `docker_container.it`. */
export function container(attributes: Readonly<Record<string, unknown>>): Resources {
  return { docker_container: { it: { image: LAB_IMAGE, user: "999:1000", ...attributes } } };
}

/** A reference in Terraform's language. */
export function reference(address: string): string {
  return `\${${address}}`;
}

/** A process that says goodbye to its volume when it is asked to end. */
export const SLOW_GOODBYE = [
  "sh",
  "-c",
  "trap 'sleep 1; echo bye >/data/bye; exit 0' TERM; touch /data/up; while :; do sleep 0.1; done",
];

/** A scratch on the engine with the stand-in provider, and folders in which Terraform uses it. */
export class ProviderScratch {
  private folders = 0;

  private constructor(readonly scratch: Scratch) {}

  static async create(): Promise<ProviderScratch> {
    return new ProviderScratch(await Scratch.create());
  }

  get docker(): Docker {
    return this.scratch.docker;
  }

  remove(): Promise<void> {
    return this.scratch.remove();
  }

  folder(): Promise<TerraformFolder> {
    this.folders += 1;
    return TerraformFolder.create(
      join(this.scratch.folder, `state-${this.folders}`),
      this.scratch.provider.reattach,
    );
  }

  /** A name on the engine that is of this run, and is removed at its end. */
  unique(purpose: string): string {
    return `${this.scratch.prefix}-${purpose}-${randomBytes(3).toString("hex")}`;
  }

  /** What a program prints that has the volume at `/data`. */
  async printed(volume: string, ...command: readonly string[]): Promise<string> {
    const reader = await this.docker.createContainer({
      name: this.unique("reader"),
      Image: LAB_IMAGE,
      Cmd: [...command],
      Tty: true,
      HostConfig: { Binds: [`${volume}:/data`] },
    });
    await reader.start();
    await reader.wait();
    const output = (await reader.logs({ stdout: true, stderr: false }))
      .toString()
      .replaceAll("\r", "")
      .trim();
    await reader.remove();
    return output;
  }
}
