/** The questions about what a container is granted: a limit each; half of it is reserved. */
import type { Resources } from './define.ts';
import { integer, type Fields } from './fields.ts';

export const resourceFields = {
  cpuLimit: integer('CPU limit', {
    help: 'How many processor cores one replica may use in production; half of it is reserved.',
    default: 2,
    min: 1,
    max: 64,
  }),
  memoryLimitMb: integer('Memory limit (MB)', {
    help: 'How much memory one replica may use in production; half of it is reserved.',
    default: 2048,
    min: 256,
    max: 262_144,
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
}: {
  readonly cpuLimit: number;
  readonly memoryLimitMb: number;
}): Resources => ({
  cpuRequestMillis: cpuLimit * 500,
  cpuLimitMillis: cpuLimit * 1000,
  memoryRequestMb: Math.ceil(memoryLimitMb / 2),
  memoryLimitMb,
});
