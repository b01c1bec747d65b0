import { protectedVolume } from "../../constructs/protected-volume";
import { synthScope } from "../support/synthesized-stack";

function synth(isProtected: boolean) {
  const stack = synthScope((scope) => {
    protectedVolume(scope, "data", { name: "shop-data", protected: isProtected });
  });
  return stack.resource.docker_volume.data;
}

const ignore_changes = ["labels", "driver", "driver_opts"];

describe("a protected volume", () => {
  it("cannot be destroyed by Terraform, and has no attribute that could replace it", () => {
    expect(synth(true)).toEqual({ name: "shop-data", lifecycle: { ignore_changes, prevent_destroy: true } });
  });

  it("can be destroyed where its environment says so", () => {
    expect(synth(false)).toEqual({ name: "shop-data", lifecycle: { ignore_changes } });
  });
});
