import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { StateProps } from "../core/redis-stack-props";

/** Where Terraform keeps the stack's state. Without one, cdktf writes this machine's absolute path into the stack. */
export function addStateBackend(stack: TerraformStack, state: StateProps): void {
  if (state.backend === "local") {
    new LocalBackend(stack, { path: state.path });
    return;
  }
  const { bucket, key, region } = state;
  const backend = new S3Backend(stack, { bucket, key, region, encrypt: true });
  // Locking by the bucket itself, which cdktf 0.21 has no property for.
  backend.addOverride("use_lockfile", true);
}
