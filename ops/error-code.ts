/** What Node.js calls an error of the system, e.g. `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}
