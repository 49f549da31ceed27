/** Ten small repositories that bulwark did not make, each of another shape, written for the tests. */
import type { Life } from './repository-life.ts';

export interface Shape {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Paths that can be run. */
  readonly executable?: readonly string[];
}

const MIT = `MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction.
`;

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

export const SHAPES: readonly Shape[] = [
  {
    name: 'an Express service with its own image, compose file and workflow',
    files: {
      'package.json':
        '{\n\t"name": "orders",\n\t"license": "MIT",\n\t"scripts": { "start": "node src/index.js", "test": "node --test" },\n\t"dependencies": { "express": "^5.0.0" }\n}\n',
      'src/index.js': 'app.listen(process.env.PORT || 3000);\n',
      Dockerfile: 'FROM node:24\nCOPY . .\nRUN npm ci\nEXPOSE 3000\nCMD ["node", "src/index.js"]\n',
      '.dockerignore': 'node_modules\n',
      'docker-compose.yml':
        "# Ours\nversion: '3'\nservices:\n  web:   # the app\n    build: .\n    ports: ['3000:3000']\n\n  db:\n    image: \"postgres:16\"\n",
      '.github/workflows/ci.yml':
        'name: ci\non: [push]\njobs:\n    test:\n        runs-on: ubuntu-latest\n        steps:\n            - uses: actions/checkout@v4\n            - run: npm test\n',
      '.github/dependabot.yml':
        'version: 2\nupdates:\n  - package-ecosystem: "github-actions"\n    directory: "/"\n    schedule: {interval: daily}\n',
      LICENSE: MIT,
      'README.md': '# Orders\n\nThe order desk.\n',
      '.gitignore': 'node_modules',
    },
  },
  {
    name: 'a Next.js application with pnpm',
    files: {
      'package.json':
        '{ "name": "shop", "packageManager": "pnpm@9.1.0", "scripts": { "build": "next build", "start": "next start" }, "dependencies": { "next": "15.0.0" } }',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      'app/page.tsx': 'export default () => null;\n',
      'README.md': '# Shop\n\n## Continuous integration\n\nThere is none.\n',
      '.vscode/settings.json': '{}\n',
      '.env': 'NEXT_PUBLIC_URL=http://localhost:3000\n',
    },
  },
  {
    name: 'a FastAPI service in a folder of its own, with a job that has the name of ours',
    files: {
      'backend/pyproject.toml':
        '[project]\nname = "desk"\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "psycopg"]\n',
      'backend/app/main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
      'backend/Dockerfile': 'FROM python:3.12\nCOPY . /app\nCMD ["fastapi", "run", "app/main.py"]\n',
      'compose.yaml':
        'services:\n  backend:\n    build:\n      context: ./backend\n  db:\n    image: postgres:17\n',
      '.env': 'DOMAIN=localhost\n',
      '.env.example': 'DOMAIN=localhost\n\n# Where\nPROJECT_NAME="Desk"\n',
      '.pre-commit-config.yaml':
        'repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.9.0\n  hooks:\n  - id: ruff\n',
      '.github/workflows/ci.yml':
        'on: [push]\njobs:\n  # Another thing than what we call so.\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n',
      'SECURITY.md': '# Security\n\nWrite to security@example.org.\n',
    },
  },
  {
    name: 'a Flask application with requirements and a README in another format',
    files: {
      'requirements.txt': 'flask==3.1.0\ngunicorn==23.0.0\n',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
      'README.rst': 'Notes\n=====\n\nKeeps notes.\n',
      license: MIT,
    },
  },
  {
    name: 'a Django project with Poetry, hooks and tabs in its workflow’s script',
    files: {
      'pyproject.toml':
        '[tool.poetry]\nname = "blog"\nversion = "0.1.0"\n\n[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "^5.1"\n',
      'poetry.lock': '# This file is generated.\n',
      'manage.py': '#!/usr/bin/env python\n',
      Procfile: 'web: gunicorn blog.wsgi --bind 0.0.0.0:$PORT\n',
      'blog/settings.py': 'DEBUG = True\n',
      '.github/workflows/ci.yaml':
        'on: {push: {branches: [master]}}\n\njobs:\n  lint: {runs-on: ubuntu-latest, steps: [{run: "true"}]}\n',
      'setup.cfg': '[flake8]\nmax-line-length = 100\n',
    },
    executable: ['manage.py'],
  },
  {
    name: 'a Go service with a Makefile of an odd style',
    files: {
      'go.mod': 'module example.org/acme/probe\n\ngo 1.24\n',
      'main.go': 'package main\n\nfunc main() { http.ListenAndServe(":9898", nil) }\n',
      Makefile:
        '# Makefile for probe\nTAG?=latest\n-include .env\n\n.PHONY: test\ntest: fmt ; go test ./...\n\nfmt:\n\tgofmt -l -s -w ./\n\n.PHONY: image\nimage:\n\tdocker build -t probe:$(TAG) . \\\n\t\t--pull\n',
      Dockerfile:
        'FROM golang:1.24 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /probe /probe\nENTRYPOINT ["/probe"]\n',
      '.gitattributes': 'charts/** linguist-vendored',
      'charts/probe/Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 0.1.0\n',
      'kustomize/kustomization.yaml': 'resources:\n  - deployment.yaml\n',
      'kustomize/deployment.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: probe\nspec:\n  template:\n    spec:\n      containers:\n        - name: probe\n          image: ghcr.io/acme/probe:1.0\n          ports:\n            - containerPort: 9898\n',
    },
  },
  {
    name: 'a Rust service under two licences',
    files: {
      'Cargo.toml':
        '[package]\nname = "mailer"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\naxum = "0.8"\n',
      'src/main.rs': 'fn main() {}\n',
      'LICENSE-APACHE': 'Apache License, Version 2.0\n',
      'LICENSE-MIT': MIT,
      '.dockerignore': 'target/\nDockerfile\n',
      'scripts/init_db.sh': '#!/usr/bin/env bash\n',
    },
    executable: ['scripts/init_db.sh'],
  },
  {
    name: 'a Spring Boot service with CRLF files',
    files: {
      'pom.xml': crlf(
        '<project>\n  <parent><artifactId>spring-boot-starter-parent</artifactId></parent>\n  <artifactId>clinic</artifactId>\n  <dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies>\n</project>\n',
      ),
      'mvnw.cmd': crlf('@echo off\n'),
      mvnw: '#!/bin/sh\n',
      'docker-compose.yml': crlf(
        'services:\n  mysql:\n    image: mysql:9\n    ports:\n      - "3306:3306"\n',
      ),
      '.github/workflows/ci.yml': crlf(
        'name: Build\non:\n  push:\n    branches: [ main ]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./mvnw verify\n',
      ),
      'README.md': crlf('# Clinic\n\nA clinic for pets.\n'),
      '.gitignore': crlf('target/\n.idea\n'),
      '.editorconfig': crlf('root = true\n'),
    },
    executable: ['mvnw'],
  },
  {
    name: 'a mono-repository of packages with two servers',
    files: {
      'package.json': '{ "name": "acme", "private": true, "workspaces": ["apps/*", "packages/*"] }\n',
      'apps/web/package.json':
        '{ "name": "web", "dependencies": { "next": "15.0.0" }, "scripts": { "start": "next start" } }\n',
      'apps/api/package.json':
        '{ "name": "api", "dependencies": { "fastify": "5.0.0" }, "scripts": { "start": "node ." } }\n',
      'apps/api/Dockerfile': 'FROM node:24\nCOPY . .\n',
      'packages/ui/package.json': '{ "name": "ui" }\n',
      'turbo.json': '{ "tasks": {} }\n',
      'docker/dev/docker-compose.yaml': 'services:\n  mail:\n    image: axllent/mailpit:v1.21\n',
      '.github/CONTRIBUTING.md': '# How to\n',
    },
  },
  {
    name: 'documents without any code',
    files: {
      'readme.md': '# Handbook\n\nHow we work at [Acme][acme].\n\n[acme]: https://example.org\n',
      'COPYING.txt': 'All rights reserved.\n',
      'docs/ON_CALL.md': 'Nobody is.\n',
      'docs/guide.md': 'Line one  \nLine two, without an end',
    },
  },
];

/** Writes a shape into a repository and commits it. */
export function build({ files, executable = [] }: Shape, life: Life): void {
  life.git('config', 'core.autocrlf', 'false');
  for (const [path, text] of Object.entries(files)) {
    life.write(path, text, executable.includes(path) ? 0o755 : 0o644);
  }
  life.commit();
}
