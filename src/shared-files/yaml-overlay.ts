/**
 * Lays one YAML file over another by the rules of Compose, so that a file stands alone that would else be laid over another
 * (https://docs.docker.com/reference/compose-file/merge/). Comments, quoting and what nobody changes stay as they were written.
 */
import {
  parseOutline,
  printOutline,
  readEntry,
  type BlockMap,
  type Entry,
  type Value,
} from './yaml-outline.ts';

/** Lists that are replaced; all others grow. */
const REPLACED = new Set(['command', 'entrypoint', 'test']);

/**
 * @param below the text of a file, as it stands
 * @param above may have `!reset` and `!override`, which the result has not
 * @throws OutlineError when a line cannot be read
 */
export function overlayYaml(below: string, above: string): string {
  const target = parseOutline(below);
  overlayMap(target, parseOutline(above), 0);
  return `${printOutline(target).join('\n')}\n`;
}

function overlayMap(target: BlockMap, source: BlockMap, depth: number): void {
  for (const entry of source.entries) {
    const value = readEntry(entry);
    const tag = value.kind === 'map' ? '' : value.tag;
    const at = target.entries.findIndex(({ key }) => key === entry.key);
    const present = target.entries[at];
    if (tag === '!reset') {
      if (present) target.entries.splice(at, 1);
    } else if (present) {
      overlayEntry(present, entry, depth);
    } else {
      // A service is set off from the one before it, the first key of a map from nothing.
      const isSetOff = depth < 2 && value.kind === 'map' && entry.before[0] !== '';
      const before = isSetOff ? ['', ...entry.before] : entry.before;
      target.entries.push({ ...untagged(entry, value), before });
    }
  }
}

function overlayEntry(present: Entry, entry: Entry, depth: number): void {
  const below = readEntry(present);
  const above = readEntry(entry);
  const comments = entry.before.filter((line) => line !== '');
  if (comments.length > 0) present.before = [...present.before.filter((line) => line === ''), ...comments];
  if (below.kind === 'map' && above.kind === 'map') {
    overlayMap(below, above, depth + 1);
  } else if (
    below.kind === 'list' &&
    above.kind === 'list' &&
    above.tag !== '!override' &&
    !REPLACED.has(entry.key)
  ) {
    below.items.push(...above.items);
  } else {
    // What is said of the value below is not said of this one.
    if (comments.length === 0) present.before = present.before.filter((line) => line === '');
    const { line, value } = untagged(entry, above);
    present.line = line;
    present.value = value;
  }
}

/** Without `!override`, which means nothing in a file that lies over none. */
function untagged(entry: Entry, value: Value): Entry {
  if (value.kind === 'map' || value.tag !== '!override') return { ...entry, value };
  return { ...entry, line: entry.line.replace(/\s*!override/, ''), value: { ...value, tag: '' } };
}
