/** The engine prints what the view has, refuses what it has not, and never lets free text out unquoted. */
import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';
import type { View } from '../../../src/component/contribution.ts';
import { COMPILE_OPTIONS, equip, renderTemplate, type RenderFunction } from '../../../src/render/engine.ts';
import { specificationOf } from '../../../src/render/template-compiler.ts';
import { compiled } from '../../../src/render/template-runtime.ts';
import { placeTemplate } from '../../../src/render/template-store.ts';
import { literal } from '../../../src/render/view.ts';

const environment = equip(Handlebars.create());
/** How templates of packs are compiled, and how ours are. */
const COMPILERS: Readonly<Record<string, (template: string) => RenderFunction>> = {
  Handlebars: (template) => environment.compile(template, { ...COMPILE_OPTIONS }),
  'our compiler': (template) => compiled(specificationOf(template)),
};

describe.each(Object.entries(COMPILERS))('renderTemplate, by %s', (_, compile) => {
  const render = (template: string, ...views: View[]): string =>
    renderTemplate(compile(template), views, 'templates/x/y.hbs');

  it('asks the first of several views that has the name, and tells the names of all', () => {
    expect(
      render('a {{a}} {{b}} {{#each list}}{{../a}}{{/each}}', { a: 1 }, { a: 2, b: 3, list: ['x'] }),
    ).toBe('a 1 3 1');
    expect(() => render('{{typo}}', { a: 1 }, { b: 2 })).toThrow('it has a, b');
  });

  it('runs blocks within blocks, with their other branches and what @ tells', () => {
    const view = { lists: [{ items: ['x', 'y'] }, { items: [] }], isOn: true, isOff: false };
    expect(
      render(
        '{{#each lists}}{{#each items}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{else}}none{{/each}}{{@../first}};{{/each}}' +
          '{{#if isOff}}a{{else if isOn}}b{{/if}}{{#with lists.[0]}}{{items.[1]}}{{../isOn}}{{/with}}',
        view,
      ),
    ).toBe('0x,1y;none;bytrue');
  });

  it('prints tokens bare, numbers, and values of nested objects and lists', () => {
    const view = {
      slug: 'my-service',
      port: 8000,
      app: { path: '/live' },
      list: [{ id: 'a' }, { id: 'b' }],
      names: ['x', 'y'],
    };
    expect(
      render(
        '{{slug}}:{{port}}{{app.path}} {{#each list}}{{id}}{{../port}} {{/each}}{{#each names}}{{this}}{{/each}}',
        view,
      ),
    ).toBe('my-service:8000/live a8000 b8000 xy');
  });

  it.each([
    '{{typo}}',
    '{{#if typo}}x{{/if}}',
    '{{#unless typo}}x{{/unless}}',
    '{{#each typo}}x{{/each}}',
    '{{#each list}}{{typo}}{{/each}}',
    '{{app.typo}}',
    '{{yaml typo}}',
    '{{constructor}}',
    '{{__proto__}}',
    '{{toString}}',
    '{{app.constructor.name}}',
    '{{hasOwnProperty}}',
  ])('refuses %s, naming the template', (template) => {
    const view = { app: { path: '/x' }, list: [{ id: 'a' }] };
    expect(() => render(template, view)).toThrow(/templates\/x\/y\.hbs: the view has no "/);
  });

  it('refuses to print an object', () => {
    expect(() => render('{{app}}', { app: { path: '/x' } })).toThrow(/an object was printed/);
  });

  it('does not reach a polluted prototype', () => {
    const prototype = Object.prototype as Record<string, unknown>;
    prototype.polluted = 'yes';
    try {
      expect(() => render('{{polluted}}', {})).toThrow(/has no "polluted"/);
    } finally {
      delete prototype.polluted;
    }
  });

  it.each([
    'two words',
    '"quoted"',
    '$x',
    '`x`',
    '{{x}}',
    'a\nb',
    '-x',
    '#x',
    '*x',
    '&x',
    '!x',
    'a=b',
    'a: b',
    '🙂',
  ])('refuses to print %j bare and prints it through a sink', (text) => {
    expect(() => render('x: {{text}}', { text })).toThrow(/printed bare: use a sink/);
    expect(() => render('{{#each list}}{{this}}{{/each}}', { list: [text] })).toThrow(/printed bare/);
    expect(JSON.parse(render('{{json text}}', { text }))).toBe(text);
  });

  it('prints what a component vouches for as it is, and does not escape HTML', () => {
    expect(render('{{text}} & <b>', { text: literal('<a> & "b"\n$x') })).toBe('<a> & "b"\n$x & <b>');
  });

  it('keeps foreign delimiters byte for byte', () => {
    const foreign = '\\{{ .Values.x }} ${{ secrets.X }} \\{{- include "y" . }} \\{{ $labels.instance }}';
    expect(render(foreign.replaceAll('${{', '$\\{{'), {})).toBe(
      '{{ .Values.x }} ${{ secrets.X }} {{- include "y" . }} {{ $labels.instance }}',
    );
  });

  it('has no helper that reads by computed name or writes to the console', () => {
    expect(() => render('{{lookup app "x"}}', { app: {} })).toThrow();
    expect(() => render('{{log "x"}}', {})).toThrow();
    expect(() => render('{{unknownHelper "x"}}', {})).toThrow();
  });

  it('prints pinned versions', () => {
    expect(render('{{action "actions/checkout"}} {{image "postgres" version}}', { version: '17' })).toMatch(
      /^actions\/checkout@[0-9a-f]{40} # v\S+ postgres:17\.\S+$/,
    );
  });
});

describe('placeTemplate', () => {
  it.each([
    ['base/README.md.hbs', { layer: 'base', path: 'README.md', rendered: true }],
    ['base/_gitignore', { layer: 'base', path: '.gitignore', rendered: false }],
    ['base/web/_npmrc.hbs', { layer: 'base', path: 'web/.npmrc', rendered: true }],
    ['base/_helpers.tpl', { layer: 'base', path: '_helpers.tpl', rendered: false }],
    ['_fragments/compose/redis.yml.hbs', { layer: '_fragments', path: 'compose/redis.yml', rendered: true }],
  ])('%s', (file, place) => {
    expect(placeTemplate(file)).toEqual(place);
  });
});
