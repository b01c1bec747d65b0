import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Problem } from "../../core/problem";
import { secretProblems, secretStates } from "../stack-secrets";
import type { PresentData, RestoreTarget } from "./restore-target";

/** What keeps a server that runs from starting again once it is stopped: a secret that its redis.conf names is unusable. */
export async function startProblems(
  docker: Docker,
  { id, props }: ResolvedStack,
  { conf }: Pick<RestoreTarget, "conf">,
  { isRunning }: Pick<PresentData, "isRunning">,
): Promise<readonly Problem[]> {
  const { auth } = props.server;
  if (!isRunning || auth.mode === "none") {
    return [];
  }
  const named = [...conf.text.matchAll(/@(?:secret|sha256):([a-z_]+)@/g)].map(([, file]) => file);
  const states = await secretStates(docker, props);
  return secretProblems(
    id,
    states.filter(({ volume, file }) => volume === auth.secretsVolume && named.includes(file)),
  );
}
