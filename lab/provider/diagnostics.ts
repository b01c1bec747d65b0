import { engineMessage, isAnswer } from "./engine";
import type { Path } from "./plan-change";
import { Problem } from "./problem";

/** Several problems at once: all of them are shown. */
export class Problems extends Error {
  constructor(readonly all: readonly Problem[]) {
    super(all.map(({ message }) => message).join("\n"));
    this.name = "Problems";
  }
}

const UNREACHABLE = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EACCES", "ENOTFOUND", "ETIMEDOUT"];

/** Whether an error tells the user something, rather than the programmer. */
export function isExpected(error: unknown): boolean {
  return error instanceof Problem || error instanceof Problems || sentence(error) !== undefined;
}

/** An error as the diagnostics of the plugin protocol. */
export function diagnosticsOf(error: unknown): readonly object[] {
  if (error instanceof Problems) {
    return error.all.flatMap(diagnosticsOf);
  }
  const message = sentence(error) ?? (error instanceof Error ? error.message : String(error));
  const path = error instanceof Problem ? outerPath(error.path) : [];
  return [{ severity: "ERROR", summary: message, ...(path.length > 0 ? { attribute: wirePath(path) } : {}) }];
}

/** A path in the words of the plugin protocol. */
export function wirePath(path: Path): object {
  return {
    steps: path.map((step) =>
      typeof step === "string" ? { attribute_name: step } : { element_key_int: step },
    ),
  };
}

/** Elements of sets have no index that Terraform could find, so an error points at the whole block. */
function outerPath(path: Path): Path {
  const index = path.findIndex((step) => typeof step === "number");
  return index < 0 ? path : path.slice(0, index);
}

function sentence(error: unknown): string | undefined {
  const { name, code } = error as { name?: string; code?: string };
  if (name === "AbortError") {
    return "Terraform was interrupted: stopped before it was done";
  }
  if (code !== undefined && UNREACHABLE.includes(code)) {
    const reason = (error as Error).message;
    return `the Docker engine: got ${reason}, expected an answer. Fix: start it, or set DOCKER_HOST or the provider's host.`;
  }
  return isAnswer(error) ? engineMessage(error) : undefined;
}
