import { isLoopback } from "../../core/host-address";
import { breachIf, type Gate, inDeployment, inEngine, inEnvironment } from "./gate";

/** Commands that empty the server, stop it, or let a client write files: each has a manual page that warns. */
const DANGEROUS_COMMANDS = ["FLUSHALL", "FLUSHDB", "DEBUG", "CONFIG", "SHUTDOWN"];

/** A full version, or the digest of one image. */
const EXACT_IMAGE = /(:v?\d+\.\d+\.\d+(-[\w.-]+)?|@sha256:[0-9a-f]{64})$/;

/** Who reaches the server, and what code it is. */
export const accessGates: readonly Gate[] = [
  {
    id: "authentication",
    severity: "error",
    protectsFrom:
      "Whoever reaches the port reads every session, and one FLUSHALL empties the server: with auth none no client " +
      "is asked for anything.",
    fix: 'write auth: "requirepass" in the environment\'s file, and run bin/redis-ops secrets init',
    link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
    broken: (stack) =>
      breachIf(stack.props.server.auth.mode === "none", () => ({
        field: inEnvironment(stack, "auth"),
        got: '"none"',
        expected: '"requirepass", so that nobody talks to Redis without a password',
      })),
  },
  {
    id: "published-port",
    severity: "error",
    protectsFrom:
      "A port published on another address than loopback is open to the network, past the rules of the host's " +
      "firewall, which Docker goes around.",
    fix: "leave hostAddress out, and let clients join the network",
    link: "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
    broken: (stack) => {
      const { server, exporter, prometheus } = stack.props;
      const published = [
        ["hostAddress", server.hostPort === undefined ? undefined : server.hostAddress],
        ["exporter.hostAddress", exporter?.hostAddress],
        ["prometheus.hostAddress", prometheus?.hostAddress],
      ] as const;
      return published.flatMap(([name, address]) =>
        breachIf(address !== undefined && !isLoopback(address), () => ({
          field: inDeployment(stack, name),
          got: JSON.stringify(address),
          expected: 'an address of the host alone, such as "127.0.0.1"',
        })),
      );
    },
  },
  {
    id: "dangerous-commands",
    severity: "error",
    protectsFrom:
      "A slip in a console empties or stops production: FLUSHALL, DEBUG, CONFIG and SHUTDOWN answer to everybody who " +
      "has the password.",
    fix: "add them to disabledCommands or renamedCommands in the environment's file",
    link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/#disallowing-specific-commands",
    broken: (stack) => {
      const { auth, disabledCommands, renamedCommands } = stack.props.server;
      const guarded = [...disabledCommands, ...Object.keys(renamedCommands)];
      const open = DANGEROUS_COMMANDS.filter((command) => !guarded.includes(command));
      // Without a password nothing is kept from anybody: that is the gate authentication.
      return breachIf(auth.mode !== "none" && open.length > 0, () => ({
        field: inEnvironment(stack, "disabledCommands"),
        got: `nothing against ${open.join(", ")}`,
        expected: `${DANGEROUS_COMMANDS.join(", ")} disabled or renamed`,
      }));
    },
  },
  {
    id: "floating-tag",
    severity: "error",
    protectsFrom:
      "A tag such as redis:7-alpine moved from 7.2 to 7.4, whose files 7.2 cannot read: the next pull changes the " +
      "server with no way back.",
    fix: "write the full version, such as redis:7.4.11-alpine, or a digest",
    link: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    broken: (stack) => {
      const { server, exporter, prometheus } = stack.props;
      // An image that is built on the machine is in no registry, and so never pulled anew.
      const images = stack.engine.fromRegistry
        ? ([
            ["image", server.image],
            ["exporterImage", exporter?.image],
            ["prometheusImage", prometheus?.image],
          ] as const)
        : [];
      return images.flatMap(([name, image]) =>
        breachIf(image !== undefined && !EXACT_IMAGE.test(image), () => ({
          field: inEngine(stack, name),
          got: JSON.stringify(image),
          expected: "a tag with the full version x.y.z, or a digest",
        })),
      );
    },
  },
];
