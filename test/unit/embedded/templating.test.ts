/** The check `templating` on bad twins, and on the braces of other tools. */
import { templating } from '../../../src/verify/embedded/templating.ts';
import { testTwins } from './twins.ts';

testTwins(
  templating,
  [
    { rule: 'templating-leftover', file: 'README.md', from: '# Shop', to: '# {{name}}' },
    {
      rule: 'templating-leftover',
      file: 'README.md',
      from: 'cd web && npm run lint',
      to: 'cd {{project.slug}} && npm run lint',
    },
    {
      rule: 'templating-leftover',
      file: 'docker-compose.yml',
      from: 'image: shop',
      to: "image: '{{{slug}}}'",
    },
    {
      rule: 'templating-leftover',
      file: 'Makefile',
      from: 'test: lock',
      to: 'test: lock {{#if web}}web{{/if}}',
      at: '{{#if',
    },
    {
      rule: 'templating-leftover',
      file: 'Dockerfile',
      from: 'FROM python:${PYTHON}-slim-trixie AS',
      to: 'FROM {{image "python"}} AS',
    },
    {
      rule: 'templating-leftover',
      file: 'scripts/wait.sh',
      from: "docker ps --format '{{.Names}}'",
      to: 'docker ps --format {{sh names}}',
    },
    {
      rule: 'templating-leftover',
      file: '.github/workflows/ci.yml',
      from: 'make test',
      to: 'make {{target}}',
    },
    {
      rule: 'templating-leftover',
      file: 'monitoring/alerts.yml',
      from: 'since {{ humanizeDuration $value }}',
      to: 'since {{since}}',
    },
    {
      rule: 'templating-leftover',
      file: 'docker/kibana/saved-objects.ndjson',
      to: '{"type":"index-pattern","id":"{{slug}}-logs"}\n',
    },
    { rule: 'templating-leftover', file: 'app/db/migrate.py', to: 'NAME = "{{ name }}"\n' },
    { rule: 'templating-leftover', file: 'README.md', from: '# Shop', to: '{{> header}}' },
    { rule: 'templating-object', file: 'README.md', from: '# Shop', to: '# [object Object]' },
    { rule: 'templating-undefined', file: '.env.example', from: 'LOG_LEVEL=info', to: 'LOG_LEVEL=undefined' },
    {
      rule: 'templating-undefined',
      file: 'kubernetes/base/deployment.yaml',
      from: 'image: ghcr.io/acme/shop',
      to: 'image: undefined/acme/shop',
    },
    {
      rule: 'templating-undefined',
      file: 'kubernetes/production/replicas.yaml',
      from: 'replicas: 3',
      to: 'replicas: NaN',
    },
    { rule: 'templating-undefined', file: 'web/package.json', from: /"name":.*/, to: '"name": "undefined",' },
    {
      rule: 'templating-undefined',
      file: 'README.md',
      from: 'https://github.com/acme/shop.git',
      to: 'https://github.com/undefined/shop.git',
    },
  ],
  {
    'GitHub expressions in a document': [
      { file: 'docs/CI.md', to: 'The token is `${{ secrets.GITHUB_TOKEN }}`.\n' },
    ],
    'Go templates in scripts and documents': [
      {
        file: 'docs/a.md',
        to: "docker inspect --format '{{.State.Health}} {{json .Config}} {{ range .x }}{{ end }}'\n",
      },
    ],
    'Argo and Kyverno': [
      { file: 'kubernetes/a.yaml', to: 'kind: AnalysisTemplate\nspec: { query: "{{args.service-name}}" }\n' },
      {
        file: 'kubernetes/b.yaml',
        to: 'kind: ClusterPolicy\nspec: { message: "{{ request.object.metadata.name }} {{ element }}" }\n',
      },
    ],
    "links in Kibana's saved objects": [
      {
        file: 'docker/kibana/saved-objects.ndjson',
        to: '{"attributes":{"fieldFormatMap":"{\\"id\\":{\\"urlTemplate\\":\\"https://a/{{value}}\\"}}"}}\n',
      },
    ],
    'JSX and template literals': [
      { file: 'web/a.tsx', to: 'export const a = <p style={{ color }} title={`${b}`} />;\n' },
    ],
    'the word in a sentence and in code': [
      { file: 'docs/a.md', to: 'What is not set is undefined: nothing happens.\n' },
      { file: 'web/a.ts', to: 'let a = undefined;\n' },
    ],
    'templates that are rendered later': [
      { file: 'app/email-templates/a.html', to: '<p>{{name}}</p>\n' },
      { file: 'web/locales/en.json', to: '{ "a": "{{count}} items" }\n' },
      { file: 'web/a.component.html', to: '<p>{{ title }}</p>\n' },
      { file: 'a.go', to: 'var a = []bool{{true}}\n' },
    ],
    Jinja: [{ file: 'x.j2', to: '{{ name }} {% if a %}\n' }],
  },
);
