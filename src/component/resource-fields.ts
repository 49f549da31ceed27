/** The questions about what a container is granted: a limit each, and the share of it that is reserved. */
import type { Resources } from './define.ts';
import { choice, integer, type Fields } from './fields.ts';

const SHARES = { half: 2, quarter: 4 } as const;
type ReservedShare = keyof typeof SHARES;

export const resourceFields = {
  cpuLimit: integer('CPU limit', {
    help: 'How many processor cores one replica may use in production.',
    default: 2,
    min: 1,
    max: 64,
  }),
  memoryLimitMb: integer('Memory limit (MB)', {
    help: 'How much memory one replica may use in production.',
    default: 2048,
    min: 256,
    max: 262_144,
  }),
  reserved: choice('Reserved share', ['half', 'quarter'], {
    help: 'What part of its limits each replica is sure to get; a quarter fits more replicas on a node and counts on them not being busy at once.',
    default: 'half',
  }),
} as const satisfies Fields;

/** The same questions about a service that stands beside the application, in one container. */
export const serviceResourceFields = (
  service: string,
  defaults: { readonly cpuLimit: number; readonly memoryLimitMb: number },
) =>
  ({
    cpuLimit: integer(`${service} CPU limit`, {
      help: `How many processor cores ${service} may use in production; half of it is reserved.`,
      default: defaults.cpuLimit,
      min: 1,
      max: 64,
    }),
    memoryLimitMb: integer(`${service} memory limit (MB)`, {
      help: `How much memory ${service} may use in production; half of it is reserved.`,
      default: defaults.memoryLimitMb,
      min: 256,
      max: 262_144,
    }),
  }) as const satisfies Fields;

/** What the answers to `resourceFields` come to. */
export const resourcesOf = ({
  cpuLimit,
  memoryLimitMb,
  reserved = 'half',
}: {
  readonly cpuLimit: number;
  readonly memoryLimitMb: number;
  readonly reserved?: ReservedShare;
}): Resources => ({
  cpuRequestMillis: (cpuLimit * 1000) / SHARES[reserved],
  cpuLimitMillis: cpuLimit * 1000,
  memoryRequestMb: Math.ceil(memoryLimitMb / SHARES[reserved]),
  memoryLimitMb,
});
