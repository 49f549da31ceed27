/** Names and pins: what one display name becomes, and versions that exist. */
import { describe, expect, it } from 'vitest';
import { deriveNames, displayNameFault, listOf } from '../../src/component/names.ts';
import { action, image, versionsOf } from '../../src/component/pins.ts';

describe('deriveNames', () => {
  it.each([
    ['My Service', 'my-service', 'my_service', 'MY_SERVICE'],
    ['my-service', 'my-service', 'my_service', 'MY_SERVICE'],
    ['OrderDesk', 'order-desk', 'order_desk', 'ORDER_DESK'],
    ['  Café -- Zoo_2! ', 'cafe-zoo-2', 'cafe_zoo_2', 'CAFE_ZOO_2'],
  ])('%j', (display, slug, identifier, envPrefix) => {
    expect(deriveNames(display)).toEqual({ display, slug, npm: slug, identifier, envPrefix });
  });

  it.each(['', 'Yes', 'null', '///', '2fast', 'x'.repeat(41), '名前'])('refuses %j', (display) => {
    expect(displayNameFault(display)).toBeTypeOf('string');
  });
});

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a or b'],
  [['a', 'b', 'c'], 'a, b or c'],
])('a sentence lists %j', (words, listed) => {
  expect(listOf(words, 'or')).toBe(listed);
});

describe('pins', () => {
  it('gives an exact tag and a commit with its version', () => {
    expect(image('postgres', '17')).toBe('postgres:17.11-alpine3.24');
    expect(action('actions/checkout')).toMatch(/^actions\/checkout@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(action('github/codeql-action/upload-sarif')).toMatch(
      /^github\/codeql-action\/upload-sarif@[0-9a-f]{40} # v/,
    );
  });

  it('refuses what is not pinned', () => {
    expect(() => image('postgres', '9')).toThrow(/postgres 9/);
    expect(() => image('toString', 'x')).toThrow();
    expect(() => action('evil/action')).toThrow(/evil\/action/);
  });

  it('sorts versions as numbers', () => {
    expect(versionsOf('postgres')).toEqual(['15', '16', '17', '18']);
    expect(versionsOf('python')).toEqual(['3.12', '3.13', '3.14']);
  });
});
