import { dockerContainer } from "./docker-container";
import { dockerImage } from "./docker-image";
import { dockerNetwork } from "./docker-network";
import { dockerVolume } from "./docker-volume";
import { type BlockSchema, recordedSchema, typeOfBlock } from "./recorded-schema";
import type { Resource } from "./resource";
import type { Type } from "./values";

/** A resource type with everything that is known about it. */
export interface ResourceType extends Resource {
  readonly name: string;
  readonly version: number;
  readonly block: BlockSchema;
  readonly type: Type;

  /** What the real provider leaves beside the state. Without it, it would take the state for an old one. */
  readonly privateState: Uint8Array;
}

/** The key under which the real provider's library keeps a resource's time-outs. */
const TIMEOUTS_KEY = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";
const TWENTY_MINUTES = 1_200_000_000_000;

const implementations: Readonly<Record<string, Resource>> = {
  docker_container: dockerContainer,
  docker_image: dockerImage,
  docker_network: dockerNetwork,
  docker_volume: dockerVolume,
};

/** The resource types that the stand-in serves, by name. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  Object.entries(implementations).map(([name, resource]) => {
    const schema = recordedSchema.resource_schemas[name];
    if (schema === undefined) {
      throw new Error(`${name}: not in the recorded schema`);
    }
    const { version, block } = schema;
    const privateState = Buffer.from(JSON.stringify(privateOf(version, resource.hasTimeouts)));
    return [name, { ...resource, name, version, block, type: typeOfBlock(block), privateState }];
  }),
);

function privateOf(version: number, hasTimeouts: boolean): object {
  const timeouts = { create: TWENTY_MINUTES, delete: TWENTY_MINUTES, update: TWENTY_MINUTES };
  return {
    ...(hasTimeouts ? { [TIMEOUTS_KEY]: timeouts } : {}),
    ...(version > 0 ? { schema_version: String(version) } : {}),
  };
}
