import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { Construct } from "constructs";

export interface ProtectedVolumeProps {
  /** Name of the Docker volume. An existing volume of that name is adopted with its content. */
  readonly name: string;
  /** Whether Terraform refuses to destroy it. */
  readonly protected: boolean;
}

/**
 * A Docker volume that a plan cannot replace by accident.
 *
 * Stateful: every attribute of `docker_volume` forces a replacement, labels included, and an adopted volume
 * keeps the labels it had. So it carries none, and changes of its driver are ignored.
 */
export function protectedVolume(scope: Construct, id: string, props: ProtectedVolumeProps): Volume {
  return new Volume(scope, id, {
    name: props.name,
    lifecycle: {
      ignoreChanges: ["labels", "driver", "driver_opts"],
      ...(props.protected ? { preventDestroy: true } : {}),
    },
  });
}
