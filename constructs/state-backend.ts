import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { StateProps } from "../core/redis-stack-props";
import { terraformLiteral } from "./terraform-literal";

/** Where Terraform keeps the stack's state. Without one, cdktf writes this machine's absolute path into the stack. */
export function addStateBackend(stack: TerraformStack, state: StateProps): void {
  if (state.backend === "local") {
    new LocalBackend(stack, { path: terraformLiteral(state.path) });
    return;
  }
  const backend = new S3Backend(stack, {
    bucket: terraformLiteral(state.bucket),
    key: terraformLiteral(state.key),
    region: terraformLiteral(state.region),
    encrypt: true,
  });
  // Locking by the bucket itself, which cdktf 0.21 has no property for.
  backend.addOverride("use_lockfile", true);
}
