/** The check `dockerfile` on bad twins. */
import { dockerfile } from '../../../src/verify/embedded/dockerfile.ts';
import { testTwins } from './twins.ts';

const file = 'Dockerfile';

testTwins(
  dockerfile,
  [
    { rule: 'dockerfile-instruction', file, from: 'COPY requirements.txt .', to: 'COPPY requirements.txt .' },
    {
      rule: 'dockerfile-instruction',
      file,
      from: 'ARG PYTHON=3.13.15\n',
      to: 'ARG PYTHON=3.13.15\nLABEL a=b\n',
      at: 'LABEL a',
    },
    {
      rule: 'dockerfile-size',
      file,
      from: 'COPY requirements.txt .',
      to: `RUN true ${'a'.repeat(9000)}`,
      at: 'RUN true',
    },
    { rule: 'dockerfile-from-tag', file, from: 'python:3.13.15-slim-trixie', to: 'python:latest' },
    {
      rule: 'dockerfile-from-tag',
      file,
      from: 'python:3.13.15-slim-trixie',
      to: 'python',
      at: 'FROM python AS',
    },
    {
      rule: 'dockerfile-from-tag',
      file,
      from: 'ARG PYTHON=3.13.15\n',
      to: 'ARG BASE=latest\nARG PYTHON=3.13.15\nFROM alpine:${BASE} AS tool\n',
      at: 'FROM alpine',
    },
    {
      rule: 'dockerfile-multi-stage',
      file: 'tool.dockerfile',
      to: 'FROM alpine:3.24\nLABEL org.opencontainers.image.title=a\nUSER 1\nHEALTHCHECK CMD ["true"]\n',
    },
    { rule: 'dockerfile-user', file, from: 'USER 10001:10001\n', to: '', at: 'FROM runtime AS production' },
    { rule: 'dockerfile-user', file, from: 'USER 10001:10001', to: 'USER app' },
    { rule: 'dockerfile-user', file, from: 'LABEL org', to: 'USER 0\nLABEL org', at: 'USER 0' },
    { rule: 'dockerfile-exec-form', file, from: 'CMD ["app.main"]', to: 'CMD app.main' },
    { rule: 'dockerfile-exec-form', file, from: 'ENTRYPOINT ["python", "-m"]', to: 'ENTRYPOINT python -m' },
    {
      rule: 'dockerfile-healthcheck',
      file,
      from: /HEALTHCHECK.*\n/,
      to: '',
      at: 'FROM runtime AS production',
    },
    { rule: 'dockerfile-healthcheck', file, from: /HEALTHCHECK.*/, to: 'HEALTHCHECK NONE' },
    { rule: 'dockerfile-add-url', file, from: /--checksum=\S+ /, to: '', at: 'ADD' },
    {
      rule: 'dockerfile-secret',
      file,
      from: 'SECRET_KEY_FILE=/run/secrets/secret_key',
      to: 'SECRET_KEY=hunter2',
      at: 'ENV PYTHON',
    },
    { rule: 'dockerfile-secret', file, from: 'COPY requirements.txt .', to: 'ARG NPM_TOKEN=abc' },
    { rule: 'dockerfile-apt', file, from: '--no-install-recommends ', to: '', at: 'RUN apt-get' },
    { rule: 'dockerfile-apt', file, from: / \\\n {4}&& rm -rf .*/, to: '', at: 'RUN apt-get' },
    {
      rule: 'dockerfile-pipe-shell',
      file,
      from: 'COPY requirements.txt .',
      to: 'RUN curl -fsSL https://example.com/x | sudo bash -s',
    },
    {
      rule: 'dockerfile-locked-packages',
      file,
      from: 'COPY requirements.txt .',
      to: 'RUN pip install --no-cache-dir -r requirements.txt',
    },
    {
      rule: 'dockerfile-test-files',
      file,
      from: 'USER 10001',
      to: 'COPY tests tests\nUSER 10001',
      at: 'COPY tests',
    },
    { rule: 'dockerfile-labels', file, from: /LABEL .*\n/, to: '', at: 'FROM runtime AS production' },
    { rule: 'dockerfile-ignore-file', file: '.dockerignore', from: '*\n', to: '', at: '!requirements.txt' },
    {
      rule: 'dockerfile-ignore-file',
      file: 'Dockerfile.dockerignore',
      to: '.git\n',
    },
  ],
  {
    'an argument for a secret without a value': [
      { file, from: 'COPY requirements.txt .', to: 'ARG NPM_TOKEN' },
    ],
    'tests in a stage that is not the last': [
      { file, from: 'COPY requirements.txt .', to: 'COPY tests tests' },
    ],
    'the repository itself, which has no hash': [
      { file, from: 'COPY requirements.txt .', to: 'RUN pip install --no-deps .' },
    ],
    scratch: [
      {
        file: 'a/Dockerfile',
        to: 'FROM golang:1.26.0 AS b\nFROM scratch\nLABEL org.opencontainers.image.title=a\nUSER 65532\nHEALTHCHECK CMD ["/a"]\n',
      },
    ],
    'apt with a cache mount': [
      { file, from: /&& rm -rf .*/, to: '&& true' },
      { file, from: 'RUN apt-get', to: 'RUN --mount=type=cache,target=/var/lib/apt apt-get' },
    ],
  },
);
