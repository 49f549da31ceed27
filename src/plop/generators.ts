/** Which components have a generator of their own in plop: those that can be added to a repository. */
import type { AnyComponent } from '../component/define.ts';

export interface PlopGenerator {
  readonly id: string;
  readonly description: string;
}

/** A stack comes with `create` alone, and what is essential with everything, so that `bulwark add` takes neither. */
export const plopGenerators = (components: readonly AnyComponent[]): readonly PlopGenerator[] =>
  components
    .filter(({ category }) => category !== 'stack' && category !== 'essential')
    .map(({ id, description }) => ({ id, description }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
