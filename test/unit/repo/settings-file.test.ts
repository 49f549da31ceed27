/** `bulwark.json`: faults with line and column, unknown keys with the nearest known one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseJson } from '../../../src/repo/json-text.ts';
import { parseSettings, serializeSettings, type Settings } from '../../../src/repo/settings-file.ts';

const SETTINGS: Settings = {
  $schema: 'https://x/y.json',
  preset: 'minimal',
  answers: { a: [1, null] },
  packs: [],
};

describe('settings', () => {
  it('are written to be read, and read back', () => {
    const text = serializeSettings(SETTINGS);
    expect(
      text.startsWith('{\n  "$schema": "https://x/y.json",\n  "preset": "minimal",\n  "answers": {\n'),
    ).toBe(true);
    expect(parseSettings(text)).toEqual(SETTINGS);
    expect(parseSettings(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(SETTINGS);
    expect(parseSettings('{}')).toEqual({ $schema: '', preset: null, answers: {}, packs: [] });
  });

  it.each([
    ['{\n  "preset": "a",\n}', 'bulwark.json:3:1', 'expected a key in double quotes, found "}"'],
    ["{ 'preset': 1 }", 'bulwark.json:1:3', 'expected a key in double quotes, found "\'"'],
    ['{ "preset": yes }', 'bulwark.json:1:13', 'expected a value, found "y"'],
    ['{\r\n "preset": "a"\r\n "answers": {}\r\n}', 'bulwark.json:3:2', 'expected "," or "}", found "\\""'],
    ['{ "answers": { "a": 1, "a": 2 } }', 'bulwark.json:1:24', 'the key "a" stands twice'],
    ['{ "preset": 01 }', 'bulwark.json:1:14', 'expected "," or "}", found "1"'],
    ['', 'bulwark.json:1:1', 'expected a value, found the end'],
    ['{} {}', 'bulwark.json:1:4', 'expected the end, found "{"'],
  ])('%j is refused at its place', (text, where, message) => {
    expect(() => parseSettings(text)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        issues: [
          expect.objectContaining({
            id: 'settings-syntax',
            where,
            message: expect.stringContaining(message) as string,
          }),
        ],
      }),
    );
  });

  it('refuses what is nested too deeply, before the stack ends', () => {
    expect(parseJson('['.repeat(100_000))).toMatchObject({
      fault: { message: 'nested too deeply', line: 1 },
    });
  });

  it('names every key and type that is wrong at once', () => {
    const text = JSON.stringify({ preste: 'a', fastapi: {}, answers: [], preset: 1, __proto: 1 });
    expect(() => parseSettings(text)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        issues: [
          expect.objectContaining({ id: 'settings-key', hint: 'did you mean "preset"?' }),
          expect.objectContaining({
            id: 'settings-key',
            hint: expect.stringContaining('the keys are') as string,
          }),
          expect.objectContaining({ id: 'settings-key' }),
          expect.objectContaining({
            id: 'settings-type',
            message: expect.stringContaining('"preset"') as string,
          }),
          expect.objectContaining({
            id: 'settings-type',
            message: expect.stringContaining('"answers"') as string,
          }),
        ],
      }),
    );
    expect(() => parseSettings('[]')).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => parseSettings('<<<<<<< HEAD\n{}\n')).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it('agrees with JSON.parse on what is JSON', () => {
    const reading = (text: string) => {
      try {
        return { value: JSON.parse(text) as unknown };
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(
        fc.json({ noUnicodeString: false }),
        fc.nat(),
        fc.string({ maxLength: 1 }),
        (json, at, letter) => {
          const place = at % (json.length + 1);
          for (const text of [json, json.slice(0, place) + letter + json.slice(place + 1)]) {
            const parsed = parseJson(text);
            const twice = 'fault' in parsed && parsed.fault.message.includes('twice');
            if (!twice) expect('value' in parsed ? parsed : undefined).toEqual(reading(text));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('pins', () => {
  const pins = {
    images: { 'b:1': `sha256:${'b'.repeat(64)}`, 'a:1': `sha256:${'a'.repeat(64)}` },
    actions: { 'a/b@v1': { sha: 'c'.repeat(40), version: 'v1.2.3' } },
  };

  it('stand last and sorted, and only where there are any', () => {
    const text = serializeSettings({ ...SETTINGS, pins });
    expect(text.indexOf('"a:1"')).toBeLessThan(text.indexOf('"b:1"'));
    expect(text.indexOf('"packs"')).toBeLessThan(text.indexOf('"pins"'));
    expect(parseSettings(text)).toEqual({ ...SETTINGS, pins });
    const none = serializeSettings({ ...SETTINGS, pins: { images: {}, actions: {} } });
    expect(none).toBe(serializeSettings(SETTINGS));
  });

  it.each([
    ['a list', []],
    ['one half', { images: {} }],
    ['another key', { images: {}, actions: {}, charts: {} }],
    ['a tag for a digest', { images: { 'a:1': 'latest' }, actions: {} }],
    ['a short digest', { images: { 'a:1': 'sha256:abc' }, actions: {} }],
    ['a digest with more behind it', { images: { 'a:1': `sha256:${'a'.repeat(64)} ` }, actions: {} }],
    ['a branch for a commit', { images: {}, actions: { 'a/b@v1': { sha: 'main', version: 'v1' } } }],
    [
      'a version that ends its comment',
      { images: {}, actions: { 'a/b@v1': { sha: 'c'.repeat(40), version: 'v1\nx: y' } } },
    ],
  ])('that are %s are refused', (_, wrong) => {
    expect(() => parseSettings(JSON.stringify({ pins: wrong }))).toThrow(
      expect.objectContaining({ exitCode: 2, issues: [expect.objectContaining({ id: 'settings-type' })] }),
    );
  });
});
