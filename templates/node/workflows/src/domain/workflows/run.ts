/** What a run of a workflow is, who may see it, and what runs need from the outside. */
import type { ItemRepository, Position } from '../items/item.ts';

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export type JsonObject = Readonly<Record<string, unknown>>;

/** How far a run has come. */
export interface Progress {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  /** How many steps are done. */
  readonly step: number;
  /** How often the next step was begun. */
  readonly attempt: number;
  /** Why it failed, in words for who started it. */
  readonly error: string | null;
  /** Who started it; null where there are no accounts. */
  readonly ownerId: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface Run extends Progress {
  readonly input: JsonObject;
  /** What the steps that are done leave to the next one. */
  readonly state: JsonObject;
}

/** A run in the hands of one worker, until the lease is over or given back. */
export interface LeasedRun extends Run {
  readonly lease: string;
}

/** The lease is another worker's: what this one did since does not count. */
export class LeaseLost extends Error {}

/** Who asks for runs. */
export interface Viewer {
  readonly id: string | null;
  readonly seesAll: boolean;
}

/** What was started when there were no accounts is nobody's: whoever sees all sees it. */
export const maySee = (viewer: Viewer, { ownerId }: Pick<Progress, 'ownerId'>): boolean =>
  viewer.seesAll || (ownerId !== null && ownerId === viewer.id);

/** Something that a step tells the owner of a run; one that comes twice has the same key. */
export interface Notice {
  readonly key: string;
  readonly runId: string;
  readonly ownerId: string | null;
  readonly text: string;
}

/** Tells those who watch; it never fails, for nobody may be watching at all. */
export interface RunEvents {
  readonly changed: (progress: Progress) => Promise<void>;
  readonly notice: (notice: Notice) => Promise<void>;
}

/** What a step may change in the transaction that notes it as done. */
export interface Stores {
  readonly items: ItemRepository;
}

export type Save = (stores: Stores) => Promise<void>;

/** The runs as clients see them. */
export interface RunArchive {
  readonly add: (workflow: string, input: JsonObject, ownerId: string | null) => Promise<Run>;
  readonly get: (id: string) => Promise<Run | undefined>;
  /** Those that the viewer may see and that follow a position, newest first. */
  readonly listAfter: (
    viewer: Viewer,
    position: Position | undefined,
    limit: number,
  ) => Promise<readonly Run[]>;
}

/** The runs as workers see them; every change needs the lease, and throws LeaseLost without it. */
export interface RunQueue {
  /** The run that is due for the longest time, if one is; nobody else gets it while the lease lasts. */
  readonly take: (leaseSeconds: number) => Promise<LeasedRun | undefined>;
  readonly renew: (run: LeasedRun, leaseSeconds: number) => Promise<void>;
  /** Notes that a step is done, together with what it saves; after the last one the run has succeeded. */
  readonly stepDone: (
    run: LeasedRun,
    done: { readonly state: JsonObject; readonly save?: Save | undefined; readonly last: boolean },
  ) => Promise<LeasedRun>;
  readonly failed: (run: LeasedRun, error: string) => Promise<Run>;
  /** Puts it back, to be taken again after so many seconds. */
  readonly retryAfter: (run: LeasedRun, seconds: number) => Promise<Run>;
  /** Puts it back as if the step had not been begun. */
  readonly giveBack: (run: LeasedRun) => Promise<Run>;
  /** How many runs wait for a worker. */
  readonly depth: () => Promise<number>;
  /** Deletes runs that ended so many days ago; returns how many. */
  readonly deleteEnded: (days: number) => Promise<number>;
}
