/** The use cases of runs, for those who start and watch them. */
import type { Position } from '../items/item.ts';
import {
  maySee,
  type JsonObject,
  type Run,
  type RunArchive,
  type RunEvents,
  type Viewer,
} from './run.ts';
import type { Workflow } from './workflow.ts';

/** Some runs and, when there are more, the place to go on from. */
export interface RunPage {
  readonly runs: readonly Run[];
  readonly next: Position | undefined;
}

export class RunService {
  readonly #archive: RunArchive;
  readonly #events: RunEvents;

  constructor(archive: RunArchive, events: RunEvents) {
    this.#archive = archive;
    this.#events = events;
  }

  /** Queues a run; a worker takes it when one is free. */
  async start(viewer: Viewer, workflow: Workflow, input: JsonObject): Promise<Run> {
    const run = await this.#archive.add(workflow.name, input, viewer.id);
    await this.#events.changed(run);
    return run;
  }

  /** Nothing also where it is another one's: whoever may not see a run does not learn that there is one. */
  async get(viewer: Viewer, id: string): Promise<Run | undefined> {
    const run = await this.#archive.get(id);
    return run && maySee(viewer, run) ? run : undefined;
  }

  /** The runs that follow a position. */
  async page(viewer: Viewer, after: Position | undefined, limit: number): Promise<RunPage> {
    const found = await this.#archive.listAfter(viewer, after, limit + 1);
    const runs = found.slice(0, limit);
    const last = found.length > limit ? runs.at(-1) : undefined;
    return { runs, next: last && { createdAt: last.createdAt, id: last.id } };
  }
}
