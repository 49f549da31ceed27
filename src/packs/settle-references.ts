/** Which references of a run hold: the same pack may be named on the command line, in an answers file and in bulwark.json. */
import { usageError } from '../errors.ts';

export interface NamedPack {
  readonly reference: string;
  readonly from: 'flag' | 'answers file' | 'bulwark.json';
  /** As the lock knows it: of `bulwark.json` alone. */
  readonly name?: string;
}

/** A source takes the place of those before it. */
const STRENGTH: readonly NamedPack['from'][] = ['bulwark.json', 'answers file', 'flag'];

/**
 * Leaves out what a stronger source names anew; what takes its place stands in its place.
 * @param named in the order in which they are put over the catalog
 * @param mayReplace whether a pack of `bulwark.json` may be replaced
 * @param nameOf the name of the pack that a reference leads to; asked only where sources could contradict each other
 * @throws BulwarkError (code 2) `pack-recorded` where it may not; what `nameOf` throws
 */
export async function settleReferences(
  named: readonly NamedPack[],
  mayReplace: boolean,
  nameOf: (reference: string) => Promise<string>,
): Promise<readonly string[]> {
  const fresh = named.filter(
    ({ reference }, index) => named.findIndex((other) => other.reference === reference) === index,
  );
  if (new Set(fresh.map(({ from }) => from)).size < 2) return fresh.map(({ reference }) => reference);
  const known: NamedPack[] = [];
  for (const pack of fresh) {
    const name = pack.name ?? (pack.from === 'bulwark.json' ? undefined : await nameOf(pack.reference));
    known.push(name === undefined ? pack : { ...pack, name });
  }
  const strength = ({ from }: NamedPack): number => STRENGTH.indexOf(from);
  const successor = (pack: NamedPack): NamedPack | undefined =>
    pack.name === undefined
      ? undefined
      : known.findLast((other) => other.name === pack.name && strength(other) > strength(pack));
  if (!mayReplace) refuseSecond(known, successor);
  const settled = known.map((pack) => (successor(pack) ?? pack).reference);
  return [...new Set(settled)];
}

function refuseSecond(
  known: readonly NamedPack[],
  successor: (pack: NamedPack) => NamedPack | undefined,
): void {
  const issues = known.flatMap((pack) => {
    const other = pack.from === 'bulwark.json' ? successor(pack) : undefined;
    if (!other) return [];
    return [
      {
        id: 'pack-recorded',
        message: `the pack "${pack.name ?? ''}" is in this repository already, from ${pack.reference}`,
        where: other.reference,
        hint: `take it from there instead with: bulwark update --pack ${other.reference}`,
      },
    ];
  });
  if (issues.length > 0) throw usageError(issues);
}
