import { checkConfig } from "./check-config";
import { diagnosticsOf, isExpected, Problems, wirePath } from "./diagnostics";
import { connect } from "./engine";
import { planChange } from "./plan-change";
import { HalfDone, Problem } from "./problem";
import { recordedSchema, typeOfBlock, wireSchema } from "./recorded-schema";
import type { World } from "./resource";
import { type ResourceType, resourceTypes } from "./resources";
import type { Rules } from "./rules";
import { settleAfterApply, settleAfterRead } from "./settle-state";
import { type Attributes, isAttributes, type Value } from "./values";
import { View } from "./view";
import { conform, type DynamicValue, decodeValue, encodeValue } from "./wire-value";

/** What a request may carry; which fields are there depends on the call. */
export interface Request {
  readonly type_name: string;
  readonly id: string;
  readonly version: number;
  readonly raw_state: { readonly json: Uint8Array } | null;
  readonly config: DynamicValue | null;
  readonly current_state: DynamicValue | null;
  readonly prior_state: DynamicValue | null;
  readonly planned_state: DynamicValue | null;
  readonly proposed_new_state: DynamicValue | null;
  readonly private: Uint8Array;
}

/** An answer; the transport adds the diagnostics of what was thrown. */
export type Response = Readonly<Record<string, unknown>>;

const providerType = typeOfBlock(recordedSchema.provider.block);

const providerRules: Rules = {
  host: { change: "state" },
  disable_docker_daemon_check: { change: "state" },
};

/**
 * One Terraform that is connected: its configuration, and the answers to its calls.
 * Two of them never see each other's Docker host.
 */
export class ProviderSession {
  private host = "";
  private stopping = new AbortController();

  constructor(private readonly note: (line: string) => void) {}

  getProviderSchema(): Response {
    const resources = [...resourceTypes.values()].map((resource) => [resource.name, wireSchema(resource)]);
    return { provider: wireSchema(recordedSchema.provider), resource_schemas: Object.fromEntries(resources) };
  }

  getMetadata(): Response {
    return { resources: [...resourceTypes.keys()].map((name) => ({ type_name: name })) };
  }

  validateProviderConfig({ config }: Request): Response {
    const attributes = asAttributes(decodeValue(config, providerType));
    refuse(checkConfig("provider docker", recordedSchema.provider.block, providerRules, attributes));
    return {};
  }

  validateResourceConfig({ type_name, config }: Request): Response {
    const resource = resourceNamed(type_name);
    const attributes = asAttributes(decodeValue(config, resource.type));
    refuse(checkConfig(resource.name, resource.block, resource.rules, attributes));
    return {};
  }

  configureProvider({ config }: Request): Response {
    this.host = new View(asAttributes(decodeValue(config, providerType))).text("host");
    return {};
  }

  upgradeResourceState({ type_name, version, raw_state }: Request): Response {
    const resource = resourceNamed(type_name);
    if (version !== resource.version) {
      throw new Problem(
        `${type_name}: got a state of schema version ${version}, expected ${resource.version}. ` +
          "Fix: let the real provider kreuzwerker/docker 4.5.0 bring it up to date with `terraform apply -refresh-only`.",
      );
    }
    const json = JSON.parse(Buffer.from(raw_state?.json ?? []).toString("utf8"));
    return { upgraded_state: encodeValue(conform(json, resource.type)) };
  }

  async readResource({ type_name, current_state, private: kept }: Request): Promise<Response> {
    const resource = resourceNamed(type_name);
    const state = decodeValue(current_state, resource.type);
    if (!isAttributes(state)) {
      return { new_state: encodeValue(null), private: kept };
    }
    const observed = await resource.read(state, this.world());
    const settled = observed === undefined ? null : settleAfterRead(state, observed, resource.type);
    return { new_state: encodeValue(settled), private: kept };
  }

  planResourceChange({ type_name, prior_state, proposed_new_state }: Request): Response {
    const resource = resourceNamed(type_name);
    const prior = decodeValue(prior_state, resource.type);
    const proposed = decodeValue(proposed_new_state, resource.type);
    const answer = { planned_private: resource.privateState, legacy_type_system: true };
    if (!isAttributes(proposed)) {
      return { ...answer, planned_state: encodeValue(null) };
    }
    const before = isAttributes(prior) ? prior : null;
    const { planned, replace } = planChange(resource.block, resource.rules, before, proposed);
    return { ...answer, planned_state: encodeValue(planned), requires_replace: replace.map(wirePath) };
  }

  async applyResourceChange({ type_name, prior_state, planned_state }: Request): Promise<Response> {
    const resource = resourceNamed(type_name);
    const prior = decodeValue(prior_state, resource.type);
    const planned = decodeValue(planned_state, resource.type);
    const answer = { private: resource.privateState, legacy_type_system: true };
    try {
      const state = await this.apply(resource, prior, planned);
      return { ...answer, new_state: encodeValue(state) };
    } catch (error) {
      const state = stateAfterFailure(resource, prior, planned, error);
      const cause = error instanceof HalfDone ? error.cause : error;
      return { ...answer, new_state: encodeValue(state), diagnostics: this.diagnose(cause) };
    }
  }

  importResourceState({ type_name, id }: Request): Response {
    const resource = resourceNamed(type_name);
    if (!resource.canImport) {
      throw new Problem(
        `${type_name}: got an import of ${id}, expected none: ${type_name} cannot be imported.`,
      );
    }
    const imported = settleAfterRead({ id }, {}, resource.type);
    const state = encodeValue(imported);
    return { imported_resources: [{ type_name, state, private: resource.privateState }] };
  }

  /** Terraform was interrupted: what is being waited for is given up. */
  stopProvider(): Response {
    this.stopping.abort();
    this.stopping = new AbortController();
    return {};
  }

  /** The error as Terraform shows it; of one that nobody foresaw the stack is noted, too. */
  diagnose(error: unknown): readonly object[] {
    if (!isExpected(error)) {
      this.note(`lab: provider: ${error instanceof Error ? error.stack : String(error)}`);
    }
    return diagnosticsOf(error);
  }

  private async apply(resource: ResourceType, prior: Value, planned: Value): Promise<Attributes | null> {
    const world = this.world();
    if (!isAttributes(planned)) {
      await resource.delete(asAttributes(prior), world);
      return null;
    }
    const observed = isAttributes(prior)
      ? await resource.update(prior, planned, world)
      : await resource.create(planned, world);
    return observed === undefined ? null : settleAfterApply(planned, observed, resource.type);
  }

  private world(): World {
    return { docker: connect(this.host), stop: this.stopping.signal };
  }
}

/**
 * What Terraform shall remember after an error: a failed create that left something
 * behind (it will be replaced), a failed update as planned (the next refresh puts it
 * right), a failed delete as it was.
 */
function stateAfterFailure(resource: ResourceType, prior: Value, planned: Value, error: unknown): Value {
  if (!isAttributes(planned)) {
    return prior;
  }
  if (isAttributes(prior)) {
    return settleAfterApply(planned, {}, resource.type);
  }
  return error instanceof HalfDone ? settleAfterApply(planned, { id: error.id }, resource.type) : null;
}

function resourceNamed(name: string): ResourceType {
  const resource = resourceTypes.get(name);
  if (resource === undefined) {
    throw new Problem(`${name}: expected one of ${[...resourceTypes.keys()].join(", ")}`);
  }
  return resource;
}

function asAttributes(value: Value): Attributes {
  return isAttributes(value) ? value : {};
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new Problems(problems);
  }
}
