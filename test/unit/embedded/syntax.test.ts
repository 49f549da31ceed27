/** The check `syntax` on bad twins, and its JSON reader against JSON.parse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../../src/verify/embedded/json-scan.ts';
import { syntax } from '../../../src/verify/embedded/syntax.ts';
import { testTwins } from './twins.ts';

testTwins(
  syntax,
  [
    {
      rule: 'syntax-yaml',
      file: 'docker-compose.yml',
      from: "cpus: '0.5'",
      to: "cpus: '0.5",
    },
    { rule: 'syntax-yaml', file: 'monitoring/alerts.yml', from: 'expr: up == 0', to: 'expr: up: 0' },
    {
      rule: 'syntax-yaml',
      file: 'kubernetes/base/deployment.yaml',
      from: 'targetPort: 8000',
      to: 'targetPort: *port',
      at: 'apiVersion: v1',
    },
    {
      rule: 'syntax-json',
      file: 'monitoring/dashboard.json',
      from: '"title": "Shop",',
      to: '"title": "Shop"',
      at: '"panels"',
    },
    { rule: 'syntax-json', file: 'web/package.json', from: '"web",', to: '"web", // a comment' },
    { rule: 'syntax-toml', file: 'pyproject.toml', from: '"1.0.0"', to: '1.0.0' },
    {
      rule: 'syntax-duplicate-key',
      file: 'kubernetes/base/rbac.yaml',
      from: 'kind: Role\n',
      to: 'kind: Role\n  kind: ClusterRole\n',
      at: 'kind: ClusterRole',
    },
    {
      rule: 'syntax-duplicate-key',
      file: 'web/package.json',
      from: '"name": "web",',
      to: '"name": "web", "name": "shop",',
    },
  ],
  {
    'unknown tags': [{ file: 'a.yaml', to: 'job: !reference [.setup, script]\nports: !reset []\n' }],
    'an empty file': [{ file: 'a.yaml', to: '' }],
    'several documents with a merge key': [{ file: 'a.yml', to: 'a: &a {b: 1}\nc: {<<: *a}\n---\nd: 1\n' }],
    'templates of a chart': [
      { file: 'helm/shop/templates/x.yaml', to: '{{ if .Values.x }}\na: {{ .b }}: c\n{{ end }}\n' },
    ],
    'a lock a tool wrote': [{ file: 'pnpm-lock.yaml', to: 'a: [\n' }],
  },
);

describe('scanJson', () => {
  const accepts = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  it('accepts every text that JSON.parse accepts', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(scanJson(text, { comments: false }).filter(({ kind }) => kind === 'syntax')).toEqual([]);
      }),
    );
  });

  it('agrees with JSON.parse on texts with one character exchanged', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom(',', '"', '}', ']', '\\', '0', 'e', '-', '\n', '/'),
        (text, at, other) => {
          const index = at % (text.length + 1);
          const changed = text.slice(0, index) + other + text.slice(index + 1);
          const clean = scanJson(changed, { comments: false }).every(({ kind }) => kind !== 'syntax');
          expect(clean).toBe(accepts(changed));
        },
      ),
      { numRuns: 500 },
    );
  });
});
