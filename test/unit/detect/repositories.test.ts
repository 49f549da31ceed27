/** Repositories of different shape, each with exactly what is to be found in it. */
import { describe, expect, it } from 'vitest';
import { detected, fromOrigin, NO_GIT, reasonsOf, valuesOf } from './trees.ts';

const MIT_TEXT = `MIT License

Copyright (c) 2026 Acme

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.
`;

describe('Node', () => {
  it('sees an Express application with npm, image, compose and workflow', () => {
    const detection = detected(
      {
        'package.json': {
          name: '@acme/order-desk',
          description: 'Takes orders.',
          license: 'MIT',
          engines: { node: '>=20' },
          scripts: { start: 'node dist/server.js', test: 'vitest run', build: 'tsc' },
          dependencies: { express: '^5.0.0', pg: '^8.0.0', ioredis: '^5.0.0' },
          devDependencies: { typescript: '^5.0.0', vite: '^6.0.0' },
        },
        'package-lock.json': '{}',
        'tsconfig.json': '{}',
        '.nvmrc': 'v22\n',
        'src/server.ts': "app.get('/healthz', ok);\napp.listen(process.env.PORT ?? 4000);\n",
        Dockerfile: [
          'FROM node:22.11-alpine AS build',
          'RUN npm ci && npm run build',
          'FROM node:22.11-alpine',
          'COPY --from=build /app /app',
          'USER node',
          'EXPOSE 3000',
          'HEALTHCHECK CMD wget -qO- http://localhost:3000/healthz || exit 1',
          'CMD ["node", "dist/server.js"]',
          '',
        ].join('\n'),
        'compose.yaml': [
          'services:',
          '  app:',
          '    build: .',
          '    ports: ["127.0.0.1:8080:3000"]',
          '  db:',
          '    image: postgres:16-alpine',
          '  cache:',
          '    image: redis:7',
          '',
        ].join('\n'),
        '.github/workflows/ci.yml': [
          'on: [push]',
          'env:',
          '  REGISTRY: ghcr.io',
          '  IMAGE_NAME: ${{ github.repository }}',
          'jobs:',
          '  test:',
          '    runs-on: ubuntu-latest',
          '    services:',
          '      db: { image: "postgres:15" }',
          '    steps:',
          '      - run: npm test',
          '  image:',
          '    runs-on: ubuntu-latest',
          '    steps:',
          '      - uses: docker/metadata-action@v5',
          '        with:',
          '          images: ${{ env.REGISTRY }}/${{ env.IMAGE_NAME }}',
          '      - uses: docker/build-push-action@v6',
          '        with: { push: true, tags: "${{ steps.meta.outputs.tags }}" }',
          '',
        ].join('\n'),
        LICENSE: MIT_TEXT,
        'README.md': '# Order Desk\n\n[![CI](x)](y)\n\nTakes orders of **everybody**. And more.\n',
        'SECURITY.md': 'Write to <security@acme.dev>.\n',
        '.env.example': 'PORT=3000\nDATABASE_URL=postgres://user:hunter2@localhost/x\n# REDIS_URL=\n',
        Makefile: 'X := 1\n.PHONY: up test\nup: build\n\tdocker compose up\nbuild test:\n\tnpm test\n',
        '.gitignore': 'node_modules\n',
      },
      fromOrigin('Acme', 'order-desk'),
    );
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'Order Desk',
      description: 'Takes orders.',
      owner: 'Acme',
      registry: 'ghcr.io/acme',
      licence: 'MIT',
      securityContact: 'security@acme.dev',
      data: ['postgres', 'redis'],
      'docker.file': 'Dockerfile',
      'none.target': '',
      'none.port': 3000,
      'none.healthPath': '/healthz',
      'none.uid': 1000,
      'postgres.version': '16',
      'redis.version': '7.4',
    });
    expect(reasonsOf(detection)).toMatchObject({
      stack: 'typescript by package.json',
      owner: 'the remote origin',
      registry: 'the images of .github/workflows/ci.yml:15',
      licence: 'licence in package.json and the text of LICENSE',
      'none.port': 'EXPOSE 3000 in Dockerfile:6 and ports: 127.0.0.1:8080:3000 of "app" in compose.yaml:2',
      'none.healthPath': 'HEALTHCHECK in Dockerfile:7',
      'none.uid': 'USER node in Dockerfile:5',
      'postgres.version': 'postgres:16-alpine in compose.yaml:5',
    });
    expect(detection.facts).toEqual({
      language: 'typescript',
      framework: 'express',
      packageManager: 'npm',
      runtimeVersion: '22.11',
      entryPoint: 'src/server.ts',
      startCommand: 'node dist/server.js',
      testCommand: 'npm test',
      buildCommand: 'npm run build',
      ports: [3000],
      applications: [
        {
          folder: '',
          manifest: 'package.json',
          language: 'typescript',
          kind: 'server',
          framework: 'express',
          packageManager: 'npm',
          runtimeVersion: '22',
          entryPoint: 'src/server.ts',
          startCommand: 'npm start',
          testCommand: 'npm test',
          buildCommand: 'npm run build',
        },
      ],
      services: [
        { name: 'app', path: 'compose.yaml' },
        { name: 'db', image: 'postgres:16-alpine', path: 'compose.yaml' },
        { name: 'cache', image: 'redis:7', path: 'compose.yaml' },
      ],
      ci: ['github'],
      makeTargets: ['up', 'build', 'test'],
      variables: ['PORT', 'DATABASE_URL', 'REDIS_URL'],
      licence: 'MIT',
      repository: { host: 'github.com', owner: 'Acme', name: 'order-desk' },
      defaultBranch: 'main',
    });
    expect(detection.present.map(({ component }) => component)).toEqual([
      ...[
        'ci',
        'compose',
        'delivery',
        'docker',
        'env',
        'git',
        'make',
        'postgres',
        'project',
        'readme',
        'redis',
      ],
    ]);
    expect(detection.layout).toEqual({
      dockerfile: 'Dockerfile',
      compose: 'compose.yaml',
      composeOverlays: [],
      workflows: '.github/workflows',
    });
    // The example of an environment file holds what looks like a secret: none of it goes on.
    expect(JSON.stringify(detection)).not.toContain('hunter2');
  });

  it('sees Nest in a pnpm workspace, by the one application that has an image', () => {
    const detection = detected(
      {
        'package.json': {
          name: 'ledger',
          private: true,
          packageManager: 'pnpm@9.12.0',
          license: 'UNLICENSED',
        },
        'pnpm-workspace.yaml': 'packages: ["apps/*", "packages/*"]\n',
        'pnpm-lock.yaml': 'lockfileVersion: "9.0"\n',
        'apps/api/package.json': {
          name: '@ledger/api',
          scripts: { start: 'nest start', 'start:prod': 'node dist/main', test: 'jest' },
          dependencies: {
            '@nestjs/core': '^11',
            '@nestjs/platform-express': '^11',
            express: '^5',
            amqplib: '^0.10',
          },
          devDependencies: { typescript: '^5' },
        },
        'apps/api/src/main.ts': 'await app.listen(process.env.PORT ?? 3000);\n',
        'apps/api/Dockerfile': 'FROM node:20-slim\nUSER 1001:1001\nCMD ["node","dist/main"]\n',
        'apps/web/package.json': {
          name: '@ledger/web',
          scripts: { build: 'vite build' },
          devDependencies: { vite: '^6' },
        },
        'packages/shared/package.json': { name: '@ledger/shared', devDependencies: { typescript: '^5' } },
      },
      fromOrigin('ledger-inc', 'monolith'),
    );
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'ledger',
      owner: 'ledger-inc',
      licence: 'proprietary',
      data: ['rabbitmq'],
      'none.port': 3000,
      'none.uid': 1001,
    });
    expect(reasonsOf(detection)['none.port']).toBe('port 3000 in apps/api/src/main.ts');
    expect(detection.facts).toMatchObject({
      language: 'typescript',
      framework: 'nest',
      packageManager: 'pnpm',
      entryPoint: 'apps/api/src/main.ts',
      runtimeVersion: '20',
      startCommand: 'node dist/main',
      testCommand: 'pnpm test',
    });
    expect(detection.facts.applications.map(({ folder, kind }) => [folder, kind])).toEqual([
      ['', 'library'],
      ['apps/api', 'server'],
      ['apps/web', 'static'],
      ['packages/shared', 'library'],
    ]);
    expect(detection.layout.dockerfile).toBe('apps/api/Dockerfile');
  });

  it('sees Next with yarn, and its own port', () => {
    const detection = detected({
      'package.json': {
        name: 'storefront',
        scripts: { dev: 'next dev', build: 'next build', start: 'next start' },
        dependencies: { next: '15.0.0', react: '19.0.0' },
      },
      'yarn.lock': '# yarn lockfile v1\n',
      'app/page.tsx': 'export default () => null;\n',
      // Of the code, and not what starts it.
      'src/index.ts': 'server.listen(9999);\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({ stack: 'none', name: 'storefront', 'none.port': 3000 });
    expect(reasonsOf(detection)['none.port']).toBe('the default of next');
    expect(detection.facts).toMatchObject({
      language: 'javascript',
      framework: 'next',
      packageManager: 'yarn',
      startCommand: 'yarn start',
      buildCommand: 'yarn run build',
    });
    expect(detection.facts).not.toHaveProperty('entryPoint');
    const moved = detected({
      'package.json': { scripts: { start: 'next start -p 4100' }, dependencies: { next: '15.0.0' } },
    });
    expect(valuesOf(moved)['none.port']).toBe(4100);
  });

  it('takes an image with the names of the remote for its own, though nothing here builds it', () => {
    const files = {
      'docker-compose.yml':
        'services:\n  shop:\n    image: ghcr.io/acme/shop:latest\n    ports: ["8080:3000"]\n    environment: { PORT: 3000 }\n    healthcheck: { test: [CMD, curl, http://localhost:3000/api/heartbeat] }\n    user: "1500:1500"\n',
    };
    expect(valuesOf(detected(files, fromOrigin('Acme', 'shop')))).toEqual({
      stack: 'none',
      name: 'shop',
      owner: 'Acme',
      registry: 'ghcr.io/acme',
      'none.port': 3000,
      'none.healthPath': '/api/heartbeat',
      'none.uid': 1500,
    });
    expect(valuesOf(detected(files, fromOrigin('other', 'shop')))).toEqual({ name: 'shop', owner: 'other' });
  });

  it('sees static files of Vite behind nginx, whose port no container of ours may have', () => {
    const detection = detected({
      'package.json': { name: 'brochure', scripts: { build: 'vite build' }, devDependencies: { vite: '^6' } },
      'bun.lock': '{}',
      Dockerfile: 'FROM oven/bun:1 AS build\nRUN bun run build\nFROM nginx:1.27-alpine\nEXPOSE 80\n',
      'nginx.conf': 'server { listen 80; }\n',
    });
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'brochure',
      'docker.file': 'Dockerfile',
      'none.target': '',
    });
    expect(detection.doubts).toEqual(['Port: 80 (EXPOSE 80 in Dockerfile:4) is not between 1024 and 65535']);
    expect(detection.facts).toMatchObject({ framework: 'vite', packageManager: 'bun', ports: [80] });
    expect(detection.layout.nginx).toBe('');
  });
});

describe('Python', () => {
  it('sees Flask with requirements', () => {
    const detection = detected({
      'requirements.txt': 'Flask==3.1.0\npsycopg2-binary>=2.9\n# redis\n-r more.txt\n',
      'requirements-dev.txt': 'pytest==8.3.0\n',
      'app.py':
        "from flask import Flask\napp = Flask(__name__)\n@app.get('/health')\ndef health(): return 'ok'\n",
      Procfile: 'web: gunicorn app:app\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      data: ['postgres'],
      'none.port': 5000,
      'none.healthPath': '/health',
    });
    expect(reasonsOf(detection)).toEqual({
      stack: 'python by requirements.txt',
      data: 'psycopg2-binary in requirements.txt',
      'none.port': 'the default of flask',
      'none.healthPath': 'a route in app.py',
    });
    expect(detection.facts).toMatchObject({
      language: 'python',
      framework: 'flask',
      packageManager: 'pip',
      entryPoint: 'app.py',
      testCommand: 'pytest',
      startCommand: 'gunicorn app:app',
    });
  });

  it('sees Django with Poetry', () => {
    const detection = detected({
      'pyproject.toml': [
        '[tool.poetry]',
        'name = "library-desk"',
        'description = "Lends books."',
        'license = "Apache-2.0"',
        '[tool.poetry.dependencies]',
        'python = "^3.12"',
        'Django = "^5.1"',
        'psycopg = {version = "^3.2", extras = ["binary"]}',
        '[tool.poetry.group.dev.dependencies]',
        'ruff = "*"',
        '',
      ].join('\n'),
      'poetry.lock': '',
      'manage.py': 'import django\n',
      'desk/wsgi.py': 'application = get_wsgi_application()\n',
      'docker-compose.yml': [
        'services:',
        '  web:',
        '    build: .',
        '    command: gunicorn desk.wsgi -b 0.0.0.0:8000',
        '    ports: ["${WEB_PORT:-8000}:8000"]',
        '  db:',
        '    image: postgis/postgis:17-3.5',
        '',
      ].join('\n'),
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'library-desk',
      description: 'Lends books.',
      licence: 'Apache-2.0',
      data: ['postgres'],
      'none.port': 8000,
      'postgres.version': '17',
    });
    expect(detection.facts).toMatchObject({
      framework: 'django',
      packageManager: 'poetry',
      runtimeVersion: '^3.12',
      entryPoint: 'manage.py',
      testCommand: 'poetry run python manage.py test',
    });
    expect(detection.layout.compose).toBe('docker-compose.yml');
  });

  it('sees FastAPI with uv: an application of one’s own, and none of ours', () => {
    const files = {
      'pyproject.toml': [
        '[project]',
        'name = "quotes"',
        'requires-python = ">=3.12"',
        'dependencies = ["fastapi[standard]>=0.115", "uvicorn", "asyncpg", "redis>=5"]',
        '[dependency-groups]',
        'dev = ["pytest"]',
        '',
      ].join('\n'),
      'uv.lock': '',
      '.python-version': '3.13\n',
      'src/quotes/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      Dockerfile: [
        'FROM python:3.13-slim AS base',
        'ARG UID=10001',
        'RUN adduser --disabled-password --uid ${UID} appuser',
        'FROM base AS production',
        'USER appuser',
        'CMD ["uvicorn", "quotes.main:app", "--host", "0.0.0.0", "--port", "9000"]',
        '',
      ].join('\n'),
    };
    const detection = detected(files);
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'quotes',
      data: ['postgres', 'redis'],
      'docker.file': 'Dockerfile',
      'none.port': 9000,
      'none.uid': 10001,
    });
    expect(reasonsOf(detection)['none.port']).toBe('CMD in Dockerfile:6');
    expect(detection.facts).toMatchObject({
      framework: 'fastapi',
      packageManager: 'uv',
      runtimeVersion: '3.13',
      entryPoint: 'src/quotes/main.py',
      testCommand: 'uv run pytest',
    });
    const ours = detected({ ...files, 'bulwark.json': { preset: null, answers: { stack: 'fastapi' } } });
    expect(valuesOf(ours).stack).toBe('fastapi');
    expect(reasonsOf(ours).stack).toBe('answers.stack in bulwark.json');
    expect(Object.keys(valuesOf(ours)).filter((key) => key.startsWith('none.'))).toEqual([]);
  });
});

describe('compiled languages', () => {
  it('sees a service in Go, with manifests and Terraform', () => {
    const deployment = (port: number) =>
      [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata: { name: geo }',
        'spec:',
        '  template:',
        '    spec:',
        '      securityContext: { runAsUser: 65532 }',
        '      containers:',
        '        - name: geo',
        '          image: ghcr.io/acme/geo:1.0.0',
        '          ports:',
        `            - { name: http, containerPort: ${port} }`,
        '            - { name: metrics, containerPort: 9090 }',
        '          readinessProbe: { httpGet: { path: /readyz, port: http } }',
        '          livenessProbe: { httpGet: { path: /livez, port: http } }',
        '',
      ].join('\n');
    const detection = detected(
      {
        'go.mod':
          'module github.com/acme/geo/v2\n\ngo 1.23\n\nrequire (\n\tgithub.com/go-chi/chi/v5 v5.1.0\n\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgithub.com/redis/go-redis/v9 v9.0.0 // indirect\n)\n',
        'cmd/geo/main.go': 'func main() { http.ListenAndServe(":8080", r) }\n',
        'deploy/k8s/base/deployment.yaml': deployment(8080),
        'deploy/k8s/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
        'deploy/k8s/overlays/production/ingress.yaml':
          'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: geo }\nspec: { rules: [{ host: geo.acme.dev }] }\n',
        'deploy/k8s/overlays/staging/ingress.yaml':
          'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: geo }\nspec: { rules: [{ host: geo.staging.acme.dev }] }\n',
        'infra/terraform/modules/net/main.tf': 'variable "x" {}\n',
        'infra/terraform/environments/production/main.tf': 'module "net" {}\n',
        'docs/index.md': '# Docs\n',
        'scripts/run.sh': '#!/bin/sh\n',
        'tests/load.js': '',
      },
      fromOrigin('acme', 'geo'),
    );
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'geo',
      owner: 'acme',
      registry: 'ghcr.io/acme',
      domain: 'geo.acme.dev',
      data: ['postgres'],
      'none.port': 8080,
      'none.healthPath': '/readyz',
      'none.uid': 65_532,
    });
    expect(reasonsOf(detection)).toMatchObject({
      'none.port': 'containerPort 8080 in deploy/k8s/base/deployment.yaml:9',
      'none.healthPath': 'readinessProbe in deploy/k8s/base/deployment.yaml:9',
    });
    expect(detection.facts).toMatchObject({
      language: 'go',
      framework: 'chi',
      runtimeVersion: '1.23',
      entryPoint: 'cmd/geo/main.go',
      testCommand: 'go test ./...',
      ports: [8080, 9090],
    });
    expect(detection.layout).toEqual({
      composeOverlays: [],
      kubernetes: 'deploy/k8s',
      terraform: 'infra/terraform',
      scripts: 'scripts',
      docs: 'docs',
      tests: 'tests',
    });
    expect(detection.present.map(({ component, paths }) => [component, paths.length])).toEqual([
      ['kustomize', 4],
      ['terraform', 2],
    ]);
  });

  it('sees axum in a workspace of Rust', () => {
    const detection = detected({
      'Cargo.toml':
        '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nlicense = "MIT"\nrust-version = "1.80"\n',
      'Cargo.lock': '',
      'crates/gateway/Cargo.toml':
        '[package]\nname = "gateway"\nlicense.workspace = true\nrust-version.workspace = true\n[dependencies]\naxum.workspace = true\nsqlx = { version = "0.8", features = ["postgres"] }\n',
      'crates/gateway/src/main.rs': 'let listener = TcpListener::bind("0.0.0.0:3000").await?;\n',
      'crates/domain/Cargo.toml': '[package]\nname = "domain"\n',
      'crates/domain/src/lib.rs': '',
      'rust-toolchain.toml': '[toolchain]\nchannel = "1.84.0"\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({ stack: 'none', data: ['postgres'], 'none.port': 3000 });
    expect(detection.facts).toMatchObject({
      language: 'rust',
      framework: 'axum',
      packageManager: 'cargo',
      runtimeVersion: '1.84.0',
      startCommand: 'cargo run --release --package gateway',
      testCommand: 'cargo test --workspace',
    });
  });

  it('sees Spring Boot with Maven', () => {
    const detection = detected({
      'pom.xml': `<project>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId></parent>
  <groupId>dev.acme</groupId><artifactId>billing</artifactId><description>Sends bills.</description>
  <properties><java.version>21</java.version></properties>
  <dependencies>
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId></dependency>
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-amqp</artifactId></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency>
  </dependencies>
</project>
`,
      mvnw: '#!/bin/sh\n',
      'src/main/java/dev/acme/samples/billing/BillingApplication.java': 'class BillingApplication {}\n',
      'src/main/resources/application.yml': 'server:\n  port: ${PORT:8081}\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'billing',
      description: 'Sends bills.',
      data: ['postgres', 'rabbitmq'],
      'none.port': 8081,
      'none.healthPath': '/actuator/health',
    });
    expect(detection.facts).toMatchObject({
      language: 'java',
      framework: 'spring-boot',
      packageManager: 'maven',
      runtimeVersion: '21',
      testCommand: './mvnw test',
      entryPoint: 'src/main/java/dev/acme/samples/billing/BillingApplication.java',
    });
  });

  it('sees ASP.NET Core beside its libraries and tests', () => {
    const detection = detected({
      'Shop.sln': '',
      'src/Shop.Api/Shop.Api.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="8.0.0" /></ItemGroup></Project>',
      'src/Shop.Api/Program.cs': '',
      'src/Shop.Domain/Shop.Domain.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
      'checks/Shop.Tests/Shop.Tests.csproj':
        '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" /><PackageReference Include="Npgsql" /></ItemGroup></Project>',
      'src/Shop.Api/Dockerfile':
        'FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\nUSER $APP_UID\nENTRYPOINT ["dotnet", "Shop.Api.dll"]\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      data: ['postgres'],
      'none.port': 8080,
      'none.uid': 1654,
    });
    expect(detection.facts).toMatchObject({
      language: 'csharp',
      framework: 'aspnetcore',
      packageManager: 'nuget',
      runtimeVersion: '8.0',
      entryPoint: 'src/Shop.Api/Program.cs',
      startCommand: 'dotnet Shop.Api.dll',
      testCommand: 'dotnet test',
    });
  });
});

describe('other languages', () => {
  it('sees Rails with its health route, and the assets of Node beside it', () => {
    const detection = detected({
      Gemfile:
        'source "https://rubygems.org"\nruby "3.3.6"\ngem "rails", "~> 8.0"\ngem "pg"\ngem "sidekiq"\ngroup :test do\n  gem "rspec-rails"\nend\n',
      'Gemfile.lock': '',
      'config.ru': 'run Rails.application\n',
      'config/routes.rb':
        'Rails.application.routes.draw do\n  get "up" => "rails/health#show", as: :rails_health_check\nend\n',
      'package.json': {
        name: 'app',
        private: true,
        scripts: { build: 'esbuild app.js' },
        devDependencies: { esbuild: '1' },
      },
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      data: ['postgres', 'redis'],
      'none.port': 3000,
      'none.healthPath': '/up',
    });
    expect(detection.facts).toMatchObject({
      language: 'ruby',
      framework: 'rails',
      packageManager: 'bundler',
      runtimeVersion: '3.3.6',
      testCommand: 'bundle exec rspec',
    });
  });

  it('sees Laravel, and asks for the port that nothing says', () => {
    const detection = detected({
      'composer.json': {
        name: 'acme/press',
        license: ['MIT'],
        require: { php: '^8.3', 'laravel/framework': '^11.0', 'predis/predis': '^2.0' },
        scripts: { test: 'phpunit' },
      },
      'public/index.php': '<?php\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({ stack: 'none', name: 'press', licence: 'MIT', data: ['redis'] });
    expect(detection.facts).toMatchObject({
      language: 'php',
      framework: 'laravel',
      testCommand: 'composer test',
    });
  });
});

describe('the main branch', () => {
  const on = (mainBranch: string) => detected({}, { ...fromOrigin('acme', 'desk'), mainBranch });

  it('is what git says, for the workflows run on it', () => {
    expect(valuesOf(on('master'))).toMatchObject({ mainBranch: 'master' });
  });

  it('is a doubt where no image could be named after it', () => {
    expect(valuesOf(on('release/stable'))).not.toHaveProperty('mainBranch');
    expect(on('release/stable').doubts).toEqual([expect.stringContaining('Main branch: ')]);
  });
});

describe('repositories without one application', () => {
  it('answers nothing about the application of a mono-repository with several', () => {
    const detection = detected(
      {
        'package.json': { name: 'market', workspaces: ['services/*'], private: true },
        'package-lock.json': '{}',
        'services/orders/package.json': { name: 'orders', dependencies: { fastify: '5' } },
        'services/orders/Dockerfile': 'FROM node:22\nEXPOSE 3001\n',
        'services/search/pyproject.toml': '[project]\nname = "search"\ndependencies = ["fastapi"]\n',
        'services/search/Dockerfile': 'FROM python:3.13\nEXPOSE 8000\n',
        'services/search/app/main.py': 'app = FastAPI()\n',
        'helm/market/Chart.yaml': 'apiVersion: v2\nname: market\nversion: 0.1.0\n',
        'helm/market/values.yaml': 'image: { repository: nginx }\n',
        'helm/market/templates/deployment.yaml': '{{- if .Values.x }}\nkind: Deployment\n{{ end }}\n',
      },
      fromOrigin('acme', 'market'),
    );
    expect(valuesOf(detection)).toEqual({ stack: 'none', name: 'market', owner: 'acme' });
    expect(detection.doubts).toEqual([
      'Application: there is more than one: fastify (services/orders/package.json), fastapi (services/search/pyproject.toml)',
      'Port: 3001 (EXPOSE 3001 in services/orders/Dockerfile:2) or 8000 (EXPOSE 8000 in services/search/Dockerfile:2)',
    ]);
    expect(detection.facts.language).toBeUndefined();
    expect(detection.layout).toEqual({ composeOverlays: [], chart: 'helm/market' });
    expect(detection.present.map(({ component }) => component)).toEqual(['docker', 'helm']);
  });

  it('takes what is only an image for an application of one’s own', () => {
    const detection = detected({ 'images/core/Dockerfile': 'FROM elixir:1.18\nCMD ["bin/core", "start"]\n' });
    expect(valuesOf(detection)).toEqual({ stack: 'none' });
    expect(reasonsOf(detection).stack).toBe('CMD in images/core/Dockerfile:2');
    expect(detection.layout.dockerfile).toBe('images/core/Dockerfile');
    // Without one there is nothing to bring along, and the stack is asked for.
    expect(detected({ 'docs/index.md': '# Core\n' }).answers).toEqual([]);
  });

  it('names a folder of a mono-repository after the folder', () => {
    const detection = detected(
      { 'go.mod': 'module github.com/acme/market/orders\n\ngo 1.23\n', 'main.go': '' },
      { ...fromOrigin('acme', 'market'), subfolder: 'services/orders', folder: 'orders' },
    );
    expect(valuesOf(detection)).toMatchObject({ name: 'orders', owner: 'acme' });
    const nameless = detected(
      { 'main.py': '', 'requirements.txt': 'flask\n' },
      { ...fromOrigin('acme', 'market'), subfolder: 'services/search', folder: 'search' },
    );
    expect(valuesOf(nameless).name).toBe('search');
    expect(nameless.facts.subfolder).toBe('services/search');
  });

  it('says nothing of an empty repository', () => {
    expect(detected({})).toEqual({
      answers: [],
      facts: { ports: [], applications: [], services: [], ci: [], makeTargets: [], variables: [] },
      present: [],
      layout: { composeOverlays: [] },
      doubts: [],
      imageDoubts: [],
    });
    expect(valuesOf(detected({}, { ...NO_GIT, folder: 'Parcel Desk' }))).toEqual({ name: 'Parcel Desk' });
  });

  it('takes name and description from a readme that is alone, and no stack', () => {
    const detection = detected({
      'README.md':
        '<p align="center"><img src="x.png"></p>\n\n# Parcel Desk 📦\n\n> soon\n\nFinds *parcels*: [all](x) of them.\n',
    });
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({ name: 'Parcel Desk', description: 'Finds parcels: all of them.' });
    expect(detection.present).toEqual([{ component: 'readme', paths: ['README.md'] }]);
  });
});

describe('logs and traces', () => {
  it('are told by the files of their programs, and not by a mention of them', () => {
    const presentIn = (...paths: readonly string[]) =>
      detected(Object.fromEntries(paths.map((path) => [path, 'a: 1\n']))).present.map(
        ({ component }) => component,
      );
    expect(presentIn('infra/logstash/pipeline/logstash.conf')).toEqual(['elk']);
    expect(presentIn('docker/kibana/kibana.yml')).toEqual(['elk']);
    expect(presentIn('docker/elasticsearch/elasticsearch.yml', 'docker/jaeger/config.yml')).toEqual([
      'elk',
      'jaeger',
    ]);
    expect(presentIn('monitoring/jaeger-config.yaml')).toEqual(['jaeger']);
    expect(presentIn('docs/jaeger.md', 'src/kibana.ts', 'elasticsearch-client.yml')).toEqual([]);
  });
});
