import type { ServiceSource } from "./service-source";

/** A deploy that did not come to its end. */
export interface FailedDeploy {
  /** Such as `ended with exit code 1`. */
  readonly failure: string;
  /** Whether the container is the one of before, and so the file; undefined: nobody knows, and the file is as it was deployed. */
  readonly isAsBefore: boolean | undefined;
}

/**
 * Writes a service's file and deploys it by `up`, which returns what became of it where that is not a success. The file is
 * as before again where the container is.
 * @returns undefined: it is deployed
 */
export async function deployFile(
  file: ServiceSource,
  up: () => Promise<string | undefined>,
  isAsBefore: () => Promise<boolean>,
): Promise<FailedDeploy | undefined> {
  const isChanged = file.before !== file.after;
  if (isChanged) {
    file.write(file.after);
  }
  const failure = await up().catch((error: unknown) => `could not be run: ${String(error)}`);
  if (failure === undefined) {
    return undefined;
  }
  const before = await isAsBefore().catch(() => undefined);
  if (before === true && isChanged) {
    file.write(file.before);
  }
  return { failure, isAsBefore: before };
}
