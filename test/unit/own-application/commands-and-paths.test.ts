/** Commands and paths that people write, as a Dockerfile can hold them; what only a shell understands is refused. */
import { expect, test } from 'vitest';
import { commandWords, plainCommandFault } from '../../../src/own-application/command-words.ts';
import { pathsFault, pathsIn } from '../../../src/own-application/paths-list.ts';
import { render, textOf } from '../../support/render.ts';

test.each([
  ['node dist/server.js', ['node', 'dist/server.js']],
  ['  gunicorn   app:app ', ['gunicorn', 'app:app']],
  ["gunicorn 'app:create_app()' -b 0.0.0.0:$PORT", ['gunicorn', 'app:create_app()', '-b', '0.0.0.0:8000']],
  ['node "a b".js --port=${PORT:-3000}', ['node', 'a b.js', '--port=8000']],
  [`node '$PORT' ""`, ['node', '$PORT', '']],
  ['node --title="it\'s 100%"', ['node', "--title=it's 100%"]],
])('%s are these words', (command, words) => {
  expect(commandWords(command, 8000)).toEqual({ words });
});

test.each([
  ['node a.js && node b.js', '"&"'],
  ['node a.js; reboot', '";"'],
  ['node a.js | tee log', '"|"'],
  ['node $(cat entry)', 'a variable'],
  ['node `cat entry`', '"`"'],
  ['node "`cat entry`"', '"`" between'],
  ['node $ENTRY', 'a variable'],
  ['node $PORTS', 'a variable'],
  ['node ${PORT:-$(id)}', 'a variable'],
  ['node *.js', '"*"'],
  ['node > log', '">"'],
  ['node a\\ b', '"\\"'],
  ['node "a', 'not closed'],
  ['A=1 node a.js', 'begins with a variable'],
  ['   ', 'names no program'],
  ["''", 'names no program'],
])('%s is for a shell, and is refused', (command, why) => {
  expect(commandWords(command, 8000)).toEqual({ fault: expect.stringContaining(why) as unknown });
});

test.each(['', 'npm run build', 'npm run a && npm run b', 'A=1 bin/rails assets:precompile'])(
  'a build may run "%s"',
  (command) => {
    expect(plainCommandFault(command)).toBeUndefined();
  },
);

test.each(['a; b', 'a || b', 'a &&', '&& a', 'a & b', '-a', 'a "b"', '$A', 'a\\', 'a `b`', 'a  b', 'a $(b)'])(
  'a build does not run "%s"',
  (command) => {
    expect(plainCommandFault(command)).toMatch(/^must be plain words/);
  },
);

test('a list of paths is read, and what leads elsewhere is refused', () => {
  expect(pathsIn('package.json,  src/api ,,a+b')).toEqual(['package.json', 'src/api', 'a+b']);
  expect(pathsFault('package.json, src')).toBeUndefined();
  for (const list of [
    '',
    ' , ',
    '../a',
    '/etc',
    'a/../b',
    '!a',
    'a b',
    '*',
    '-a',
    '.git',
    'a\\b',
    '#a',
    '@a',
  ])
    expect(pathsFault(list), list).toBeDefined();
  expect(pathsFault(Array.from({ length: 121 }, (_, index) => `f${index}`).join())).toContain(
    'no more than 120',
  );
});

test('a quote in the start command is read back from the list of the Dockerfile', async () => {
  const command = `node --title="it's 100% $PORT" 'a "b".js'`;
  const rendered = await render({
    stack: 'none',
    'none.toolchain': 'npm',
    'none.startCommand': command,
    'none.port': 4000,
  });
  const list = /^CMD (\[.*\])$/m.exec(textOf(rendered, 'Dockerfile'))?.[1] ?? '';
  expect(JSON.parse(list)).toEqual(['node', "--title=it's 100% 4000", 'a "b".js']);
});

test('what is not read into the image is not let into the build', async () => {
  const rendered = await render({
    stack: 'none',
    'none.toolchain': 'npm',
    'none.files': 'package.json, lib',
    'none.folder': 'api',
  });
  const lines = textOf(rendered, '.dockerignore')
    .split('\n')
    .filter((line) => !/^(?:#|$)/.test(line));
  expect(lines[0]).toBe('*');
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([
    '!api/package.json',
    '!api/lib',
    '!docker/healthcheck.sh',
  ]);
  expect(lines).toContain('**/.env');
});
