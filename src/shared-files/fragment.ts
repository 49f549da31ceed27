/** What shared files are put together from, and how two pieces that cannot both stand are named. */
import type { ComponentId } from '../component/define.ts';

/** A rendered fragment and who contributed it. */
export interface Fragment {
  readonly component: ComponentId;
  /** The template, for messages. */
  readonly source: string;
  readonly text: string;
}

/** Fragments in their order → the text of the file. Throws FragmentClash. */
export type Assembler = (fragments: readonly Fragment[]) => string;

/** Two fragments that cannot both stand in one file: a defect of the components, named with both. */
export class FragmentClash extends Error {
  override readonly name = 'FragmentClash';

  constructor(key: string, first: Fragment, second: Fragment) {
    super(
      `${first.component} (${first.source}) and ${second.component} (${second.source}) both define ${key}`,
    );
  }
}

/**
 * @param pattern a global pattern whose first group is the key that must occur once
 * @throws FragmentClash when two fragments define one key
 */
export function refuseRepeats(
  fragments: readonly Fragment[],
  pattern: RegExp,
  describe: (key: string) => string,
): void {
  const owners = new Map<string, Fragment>();
  for (const fragment of fragments) {
    for (const [, key] of fragment.text.matchAll(pattern)) {
      if (key === undefined) continue;
      const owner = owners.get(key);
      if (owner) throw new FragmentClash(describe(key), owner, fragment);
      owners.set(key, fragment);
    }
  }
}
