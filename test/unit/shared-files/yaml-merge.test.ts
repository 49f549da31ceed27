/** Merging YAML fragments keeps what people wrote and refuses what cannot both stand. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FragmentClash, type Fragment } from '../../../src/shared-files/fragment.ts';
import { mergeYaml } from '../../../src/shared-files/yaml-merge.ts';
import { mergeYamlByLibrary } from '../../support/yaml-merge-reference.ts';

const fragment = (component: string, text: string): Fragment => ({
  component,
  source: `templates/${component}/_fragments/x.yml`,
  text,
});

const COMPOSE = `# Development stack.
services:
  # The API.
  api:
    image: "api:1" # built here
    ports:
      - "127.0.0.1:8000:8000"
    environment:
      A: 'single'
`;

describe('mergeYaml', () => {
  it('leaves a single fragment as it was written', () => {
    expect(mergeYaml([fragment('compose', COMPOSE)])).toBe(COMPOSE);
  });

  it('joins maps and lists, and keeps comments and quoting of both', () => {
    const merged = mergeYaml([
      fragment('compose', COMPOSE),
      fragment(
        'redis',
        `services:\n  # Cache; nothing in it must survive.\n  redis:\n    image: redis:8 # pinned\n  api:\n    ports:\n      # metrics\n      - "127.0.0.1:9000:9000"\n    environment:\n      B: "double"\nvolumes:\n  redis-data:\n`,
      ),
    ]);
    expect(merged).toBe(`# Development stack.
services:
  # The API.
  api:
    image: "api:1" # built here
    ports:
      - "127.0.0.1:8000:8000"
      # metrics
      - "127.0.0.1:9000:9000"
    environment:
      A: 'single'
      B: "double"

  # Cache; nothing in it must survive.
  redis:
    image: redis:8 # pinned

volumes:
  redis-data:
`);
  });

  it('keeps the tags that compose knows, with comments', () => {
    const text = `services:
  api:
    # Nothing is published in production.
    ports: !reset []
    volumes: !override
      - data:/data
    command: !reset null
`;
    expect(
      mergeYaml([fragment('compose', text), fragment('redis', 'services:\n  redis:\n    image: redis:8\n')]),
    ).toBe(`${text}\n  redis:\n    image: redis:8\n`);
  });

  it('keeps expressions, long lines, block scalars and blank lines', () => {
    const text = `on:
  push:
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - name: A step whose line is longer than eighty characters, for which a naive printer would fold it
        env:
          TOKEN: \${{ secrets.TOKEN }}
        run: |
          echo one
          echo two

  lint:
    runs-on: ubuntu-24.04
`;
    expect(mergeYaml([fragment('ci', text)])).toBe(text);
  });

  it('names both components when they set one value differently, and lets them agree', () => {
    const one = fragment('redis', 'services:\n  cache:\n    image: redis:8\n');
    const two = fragment('valkey', 'services:\n  cache:\n    image: valkey:9\n');
    expect(() => mergeYaml([one, two])).toThrow(FragmentClash);
    expect(() => mergeYaml([one, two])).toThrow(/redis .* and valkey .* both define services\.cache\.image/);
    expect(mergeYaml([one, one])).toBe(one.text);
  });

  it('lets lists in one line grow, and fills what is empty', () => {
    const merged = mergeYaml([
      fragment('a', "jobs:\n  all:\n    needs: [test, 'a b'] # each\nnetworks: {}\nvolumes: []\n"),
      fragment(
        'b',
        'jobs:\n  all:\n    needs: [scan]\nnetworks:\n  backend:\n    internal: true\nvolumes: []\n',
      ),
    ]);
    expect(merged).toBe(
      "jobs:\n  all:\n    needs: [test, 'a b', scan] # each\nnetworks:\n  backend:\n    internal: true\nvolumes: []\n",
    );
  });

  it('takes what looks like structure in texts for text', () => {
    const text = `"on":
  push:
run: |
  # no comment
  key: value
    - item

  last: line
url: http://example.org/#part
plain: a # b: c
quoted: "# a: [b"
'it''s': {a: "}", b: [1, 2]}
list:
- at: the margin
  with: more
`;
    const other = 'url: http://example.org/#part\nlist:\n  - last\n"on":\n  pull_request:\n';
    const merged = mergeYaml([fragment('a', text), fragment('b', other)]);
    expect(merged).toContain('run: |\n  # no comment\n  key: value\n    - item\n\n  last: line\n');
    expect(merged).toContain('list:\n  - at: the margin\n    with: more\n  - last\n');
    expect(parse(merged)).toEqual(parse(mergeYamlByLibrary([fragment('a', text), fragment('b', other)])));
  });

  it('refuses a fragment that is not YAML, repeats a key, or is not a map', () => {
    expect(() => mergeYaml([fragment('a', 'a: [1')])).toThrow(/templates\/a/);
    expect(() => mergeYaml([fragment('a', 'a: "1\n')])).toThrow(/not a YAML fragment/);
    expect(() => mergeYaml([fragment('a', 'a:\n\tb: 1\n')])).toThrow(/not a YAML fragment/);
    expect(() => mergeYaml([fragment('a', 'a: 1\nb\n')])).toThrow(/not a YAML fragment/);
    expect(() => mergeYaml([fragment('a', 'a: 1\na: 2\n')])).toThrow(/not a YAML fragment/);
    expect(() => mergeYaml([fragment('a', '- 1\n')])).toThrow(/not a YAML map/);
  });
});
