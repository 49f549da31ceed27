/** Tells a licence by its text or by the name that a manifest gives it, as SPDX identifies it. */

/**
 * What stands in the text of each licence and of no other before it, white space made one space, in lower case. Texts as
 * https://spdx.org/licenses/ has them; a longer match of the same place comes first.
 */
const TEXTS: readonly (readonly [phrase: string, licence: string])[] = [
  ['apache license version 2.0, january 2004', 'Apache-2.0'],
  ['licensed under the apache license, version 2.0', 'Apache-2.0'],
  ['gnu affero general public license version 3', 'AGPL-3.0'],
  ['gnu lesser general public license version 3', 'LGPL-3.0'],
  ['gnu lesser general public license version 2.1', 'LGPL-2.1'],
  ['gnu general public license version 3', 'GPL-3.0'],
  ['gnu general public license version 2', 'GPL-2.0'],
  ['mozilla public license version 2.0', 'MPL-2.0'],
  ['mozilla public license, version 2.0', 'MPL-2.0'],
  ['business source license 1.1', 'BUSL-1.1'],
  ['european union public licence v. 1.2', 'EUPL-1.2'],
  ['this is free and unencumbered software released into the public domain', 'Unlicense'],
  ['permission to use, copy, modify, and/or distribute this software', 'ISC'],
  ['permission to use, copy, modify, and distribute this software for any purpose', 'ISC'],
];

const MIT = 'permission is hereby granted, free of charge, to any person obtaining a copy';
const MIT_NOTICE = 'the above copyright notice and this permission notice';
const BSD = 'redistribution and use in source and binary forms';
const BSD_NAMES = /neither the names? of/;
/** A licence says what it is before anything else; what follows may be the texts of others. */
const HEAD = 4000;

/** @returns undefined where no licence is known by that text */
export function licenceOfText(text: string): string | undefined {
  const spdx = /^[\s/#*]{0,9}SPDX-License-Identifier:\s{0,9}([\w.+-]{1,60})\s*$/m.exec(
    text.slice(0, HEAD),
  )?.[1];
  if (spdx !== undefined) return spdx;
  const head = text
    .slice(0, HEAD)
    .replace(/[^\p{L}\p{N}.,/]+/gu, ' ')
    .toLowerCase();
  const found = TEXTS.map(([phrase, licence]) => ({ licence, at: head.indexOf(phrase) }));
  const bsd = BSD_NAMES.test(head) ? 'BSD-3-Clause' : 'BSD-2-Clause';
  const first = [
    ...found,
    { licence: head.includes(MIT_NOTICE) ? 'MIT' : 'MIT-0', at: head.indexOf(MIT) },
    { licence: bsd, at: head.indexOf(BSD) },
  ]
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  if (first !== undefined) return first.licence;
  return head.includes('all rights reserved') && /\b(?:proprietary|confidential|unauthori[sz]ed)\b/.test(head)
    ? 'proprietary'
    : undefined;
}

/** Names that people write in a manifest, in lower case without punctuation. */
const NAMES: Readonly<Record<string, string>> = {
  mit: 'MIT',
  mitlicense: 'MIT',
  themitlicense: 'MIT',
  apache20: 'Apache-2.0',
  apache2: 'Apache-2.0',
  apachelicense20: 'Apache-2.0',
  apachelicenseversion20: 'Apache-2.0',
  apachesoftwarelicense: 'Apache-2.0',
  unlicensed: 'proprietary',
  proprietary: 'proprietary',
  commercial: 'proprietary',
};

/** What a manifest's licence field means; undefined where it only points elsewhere. */
export function licenceOfName(name: string): string | undefined {
  const plain = name.trim();
  if (plain === '' || /^see licen[sc]e\b|^other/i.test(plain)) return undefined;
  const known = plain.toLowerCase().replace(/[^a-z0-9]/g, '');
  return Object.hasOwn(NAMES, known) ? NAMES[known] : plain.slice(0, 60);
}
