/** Raw text becomes the value of a field, or a fault in plain words. */
import { describe, expect, it } from 'vitest';
import { boolean, choice, integer, set, text, type Field } from '../../../src/component/fields.ts';
import { projectFields } from '../../../src/component/project-fields.ts';
import { parseValue } from '../../../src/plan/parse-value.ts';

const fields = {
  text: text('Text', { help: 'Help.', default: '', maxLength: 5 }),
  integer: integer('Integer', { help: 'Help.', default: 1, min: 1, max: 10 }),
  boolean: boolean('Boolean', { help: 'Help.', default: false }),
  choice: choice('Choice', ['3.12', '3.13'], { help: 'Help.', default: '3.13' }),
  set: set('Set', ['a', 'b', 'c'], { help: 'Help.', default: [] }),
} satisfies Record<string, Field>;

describe('parseValue', () => {
  it.each<[keyof typeof fields, unknown, unknown]>([
    ['text', 'ab"c', 'ab"c'],
    ['text', '🙂🙂🙂🙂🙂', '🙂🙂🙂🙂🙂'],
    ['integer', '7', 7],
    ['integer', 7, 7],
    ['boolean', 'yes', true],
    ['boolean', false, false],
    ['choice', '3.12', '3.12'],
    ['choice', 3.12, '3.12'],
    ['set', 'c,a', ['a', 'c']],
    ['set', ['b', 'b'], ['b']],
    ['set', 'none', []],
    ['set', '', []],
  ])('%s takes %j', (kind, raw, value) => {
    expect(parseValue(fields[kind], raw)).toEqual({ value });
  });

  it.each<[keyof typeof fields, unknown]>([
    ['text', 'abcdef'],
    ['text', 'a\nb'],
    ['text', 'a\u0000'],
    ['text', 'a\u001b'],
    ['text', '\ud800'],
    ['text', 5],
    ['text', null],
    ['text', { a: 1 }],
    ['integer', '0'],
    ['integer', '11'],
    ['integer', '1.5'],
    ['integer', '1e1'],
    ['integer', '0x5'],
    ['integer', ''],
    ['boolean', 'maybe'],
    ['choice', '3.1'],
    ['choice', ['3.12']],
    ['set', 'a,d'],
    ['set', { a: true }],
  ])('%s refuses %j with a hint', (kind, raw) => {
    expect(parseValue(fields[kind], raw)).toEqual({
      fault: expect.stringMatching(/./) as string,
      hint: expect.stringMatching(/./) as string,
    });
  });
});

describe('the fields of every project', () => {
  it.each<[keyof typeof projectFields, string]>([
    ['name', '123'],
    ['name', '../x'.repeat(0) + '///'],
    ['name', '名前'],
    ['name', 'a'.repeat(50)],
    ['owner', '-a'],
    ['owner', 'a--b c'],
    ['registry', 'ghcr.io/Upper'],
    ['registry', 'ghcr.io/a b'],
    ['registry', 'ghcr.io/../x'],
    ['securityContact', 'nobody'],
    ['mainBranch', 'develop'],
    ['mainBranch', 'feature/x'],
    ['mainBranch', 'a..b'],
    ['mainBranch', 'main.lock'],
    ['securityContact', 'a"b@x.org'],
    ['description', '  '],
  ])('%s refuses %j', (key, raw) => {
    expect(parseValue(projectFields[key], raw)).toHaveProperty('fault');
  });

  it.each<[keyof typeof projectFields, string]>([
    ['name', 'My Service'],
    ['name', 'Café Zoo 2'],
    ['owner', 'Acme-Corp'],
    ['registry', 'registry.acme.dev:5000/team/images'],
    ['securityContact', ''],
    ['mainBranch', '11.x'],
    ['securityContact', 'security@acme.dev'],
  ])('%s takes %j', (key, raw) => {
    expect(parseValue(projectFields[key], raw)).toEqual({ value: raw });
  });
});
