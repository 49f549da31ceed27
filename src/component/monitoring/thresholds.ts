/** From when on something is worth a person's time: one table, with a column for each habit. */
import { integer, type Fields, type KnownAnswers } from '../fields.ts';

interface Thresholds {
  readonly errorPercent: number;
  readonly latencyMillis: number;
  readonly downSeconds: number;
  readonly memoryPercent: number;
  readonly cpuPercent: number;
  readonly diskFreePercent: number;
  readonly poolPercent: number;
  readonly cacheHitPercent: number;
  readonly certificateDays: number;
}

/** `measured` tells of errors and gaps that last; `early` tells sooner of a gap, and while there is more room. */
export const THRESHOLDS = {
  measured: {
    errorPercent: 5,
    latencyMillis: 2000,
    downSeconds: 120,
    memoryPercent: 90,
    cpuPercent: 80,
    diskFreePercent: 10,
    poolPercent: 90,
    cacheHitPercent: 50,
    certificateDays: 30,
  },
  early: {
    errorPercent: 10,
    latencyMillis: 2000,
    downSeconds: 60,
    memoryPercent: 85,
    cpuPercent: 80,
    diskFreePercent: 15,
    poolPercent: 80,
    cacheHitPercent: 80,
    certificateDays: 30,
  },
} as const satisfies Readonly<Record<string, Thresholds>>;

export const COLUMNS = ['measured', 'early'] as const satisfies readonly (keyof typeof THRESHOLDS)[];
type Column = (typeof COLUMNS)[number];

const columnOf = (known: KnownAnswers): Thresholds =>
  THRESHOLDS[known.get('monitoring.thresholds') === 'early' ? 'early' : 'measured'];

const figure = (
  name: keyof Thresholds,
  label: string,
  help: string,
  { min, max }: { readonly min: number; readonly max: number },
) => integer(label, { help, default: (known) => columnOf(known)[name], min, max });

const PERCENT = { min: 1, max: 99 } as const;

/** The figures that people change; each begins with what the column says. */
export const thresholdFields = {
  errorPercent: figure(
    'errorPercent',
    'Errors (%)',
    'How many of all answers may be errors of the server before somebody is told.',
    PERCENT,
  ),
  latencyMillis: figure(
    'latencyMillis',
    'Latency (ms)',
    'How long 95 of 100 requests may take before somebody is told; at most 10 seconds, the largest that is measured.',
    { min: 10, max: 9000 },
  ),
  downSeconds: figure(
    'downSeconds',
    'Away for (s)',
    'How long something may not answer before somebody is told.',
    { min: 30, max: 3600 },
  ),
  memoryPercent: figure(
    'memoryPercent',
    'Memory (%)',
    'How much of the memory may be in use before somebody is told.',
    PERCENT,
  ),
  diskFreePercent: figure(
    'diskFreePercent',
    'Free disk (%)',
    'How little of a disk may be free before somebody is told.',
    { min: 1, max: 90 },
  ),
  certificateDays: figure(
    'certificateDays',
    'Certificate (days)',
    'How long a certificate is still good when somebody is told.',
    { min: 1, max: 90 },
  ),
} as const satisfies Fields;

/** What the rules say of the figures that nobody is asked for. */
export const thresholdsOf = (column: Column): Thresholds => THRESHOLDS[column];
