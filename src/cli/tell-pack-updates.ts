/** Says which packs come in another version, and what their changelogs say of it. */
import type { ChangelogEntry } from '../packs/changelog.ts';
import type { PackUpdate } from '../packs/pack-updates.ts';
import { printable } from '../printable.ts';

/** What a pack's author wrote is printed as text: nothing in it moves the cursor or colours the screen. */
export const formatPackUpdates = (updates: readonly (PackUpdate & { readonly command?: string })[]): string =>
  updates
    .map(({ name, from, to, changelog, command }) =>
      [
        `${name} ${from === to ? `${to}, with other content` : `${from} → ${to}`}${command === undefined ? '' : `  (take it with: ${command})`}\n`,
        ...changelog.map(formatEntry),
      ].join(''),
    )
    .map(printable)
    .join('');

const formatEntry = ({ version, date, text }: ChangelogEntry): string =>
  [
    `  ${version}${date === undefined ? '' : ` (${date})`}\n`,
    ...text.split('\n').map((line) => (line === '' ? '\n' : `    ${line}\n`)),
  ].join('');
