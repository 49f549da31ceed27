/** Small repositories of other people, one for each language: what `add docker` meets. They build and answer /healthz. */

export interface ForeignApplication {
  readonly files: Readonly<Record<string, string>>;
  /** Answers that the repository gives by itself, without the stack's own prefix. */
  readonly found: Readonly<Record<string, unknown>>;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const EXPRESS = json({
  name: 'orders',
  version: '1.0.0',
  private: true,
  engines: { node: '>=20' },
  scripts: {
    build: 'tsc --project tsconfig.json',
    start: 'NODE_ENV=production node dist/server.js',
    test: 'node --test',
    dev: 'tsx watch src/server.ts',
  },
  dependencies: { express: '^5.0.0' },
  devDependencies: { typescript: '^5.0.0', '@types/express': '^5.0.0' },
});

const PLAIN_NODE = json({
  name: 'plain',
  version: '1.0.0',
  private: true,
  scripts: { start: 'node src/index.js' },
});

/** Of a package without dependencies. */
const EMPTY_LOCK = json({
  name: 'plain',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'plain', version: '1.0.0' } },
});

const NODE_SERVER = `const { createServer } = require('node:http');
const server = createServer((request, response) => {
  response.statusCode = request.url === '/healthz' ? 200 : 404;
  response.end('plain');
});
server.listen(process.env.PORT ?? 3000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

const GO_SERVER = `package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	page, err := os.ReadFile("templates/page.html")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { w.Write(page) })
	server := http.Server{Addr: ":" + os.Getenv("PORT")}
	go server.ListenAndServe()
	<-stopped.Done()
	server.Shutdown(context.Background())
}
`;

const WSGI = `from flask import Flask

app = Flask(__name__)


@app.get("/healthz")
def health():
    return "ok"
`;

const RUST_SERVER = `use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".into());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).expect("a free port");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\\r\\n\\r\\nok");
    }
}
`;

const JAVA_SERVER = `package com.acme;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Application {
  public static void main(String[] args) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
    server.createContext("/healthz", exchange -> {
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    server.start();
  }
}
`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.5.0</version>
  </parent>
  <groupId>com.acme</groupId>
  <artifactId>billing</artifactId>
  <version>1.0.0</version>
  <properties><java.version>17</java.version></properties>
</project>
`;

/** What lies in many repositories and belongs into no image. */
const AROUND = {
  'README.md': '# Theirs\n',
  LICENSE: 'All rights reserved.\n',
  '.gitignore': 'node_modules\n.env\n',
  '.env.example': 'SECRET=\n',
  'docs/notes.md': 'Notes\n',
  'tests/placeholder.txt': 'tests\n',
  Makefile: 'test:\n\ttrue\n',
};

export const FOREIGN_APPLICATIONS = {
  node: {
    files: {
      ...AROUND,
      'package.json': PLAIN_NODE,
      'package-lock.json': EMPTY_LOCK,
      'src/index.js': NODE_SERVER,
      '.nvmrc': '22\n',
    },
    found: {
      toolchain: 'npm',
      version: '22',
      folder: '.',
      files: 'package-lock.json, package.json, src',
      startCommand: 'node src/index.js',
      testCommand: 'make test',
    },
  },
  express: {
    files: {
      ...AROUND,
      'package.json': EXPRESS,
      'package-lock.json': '{}\n',
      'tsconfig.json': '{}\n',
      'eslint.config.js': '\n',
      'src/server.ts': "app.get('/healthz', ok);\napp.listen(process.env.PORT ?? 4000);\n",
    },
    found: {
      toolchain: 'npm',
      version: '24',
      folder: '.',
      files: 'package-lock.json, package.json, src, tsconfig.json',
      buildCommand: 'npm run build',
      startCommand: 'node dist/server.js',
      testCommand: 'npm test',
    },
  },
  next: {
    files: {
      ...AROUND,
      'package.json': json({
        name: 'shop',
        packageManager: 'pnpm@10.1.0',
        scripts: { build: 'next build', start: 'next start', dev: 'next dev' },
        dependencies: { next: '^16.0.0', react: '^19.0.0' },
      }),
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      'app/page.tsx': 'export default () => null;\n',
      'next.config.mjs': 'export default {};\n',
      'public/logo.svg': '<svg/>\n',
    },
    found: {
      toolchain: 'pnpm',
      folder: '.',
      files: 'app, next.config.mjs, package.json, pnpm-lock.yaml, public',
      buildCommand: 'pnpm run build',
      startCommand: 'next start',
      testCommand: 'make test',
    },
  },
  flask: {
    files: {
      ...AROUND,
      'requirements.txt': 'flask==3.1.2\ngunicorn==23.0.0\n',
      'requirements-dev.txt': 'pytest==8.4.2\n',
      'app.py': WSGI,
      '.python-version': '3.13.1\n',
    },
    found: {
      toolchain: 'pip',
      version: '3.13',
      folder: '.',
      files: 'app.py, requirements.txt',
      requirements: 'requirements.txt',
      hashes: false,
      startCommand: 'gunicorn app:app --bind 0.0.0.0:$PORT',
      testCommand: 'pip install --requirement requirements-dev.txt && pytest',
    },
  },
  django: {
    files: {
      ...AROUND,
      'pyproject.toml':
        '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "*"\ngunicorn = "*"\npsycopg2 = "*"\n',
      'poetry.lock': '\n',
      'manage.py': '\n',
      'shop/wsgi.py': 'application = get_wsgi_application()\n',
      'shop/settings.py': '\n',
    },
    found: {
      toolchain: 'poetry',
      version: '3.14',
      folder: '.',
      files: 'manage.py, poetry.lock, pyproject.toml, shop',
      startCommand: 'gunicorn shop.wsgi:application --bind 0.0.0.0:$PORT',
      testCommand: 'poetry run python manage.py test',
      buildPackages: 'gcc libpq-dev',
      runPackages: 'libpq5',
    },
  },
  fastapi: {
    files: {
      ...AROUND,
      'backend/pyproject.toml':
        '[project]\nname = "quotes"\nrequires-python = ">=3.11,<3.14"\ndependencies = ["fastapi", "uvicorn"]\n',
      'backend/uv.lock': 'version = 1\n',
      'backend/src/quotes/main.py': 'app = FastAPI()\n',
    },
    found: {
      toolchain: 'uv',
      version: '3.13',
      folder: 'backend',
      files: 'pyproject.toml, src, uv.lock',
      startCommand: 'uvicorn quotes.main:app --host 0.0.0.0 --port $PORT',
    },
  },
  go: {
    files: {
      ...AROUND,
      'go.mod': 'module github.com/acme/geo\n\ngo 1.24\n',
      'cmd/api/main.go': GO_SERVER,
      'internal/place/place.go': 'package place\n',
      'templates/page.html': '<p>geo</p>\n',
    },
    found: {
      toolchain: 'go',
      version: '1.26',
      folder: '.',
      files: 'cmd, go.mod, internal, templates',
      program: './cmd/api',
      assets: 'templates',
      testCommand: 'go test ./...',
    },
  },
  rust: {
    files: {
      ...AROUND,
      'Cargo.toml': '[package]\nname = "rates"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n',
      'Cargo.lock': 'version = 3\n\n[[package]]\nname = "rates"\nversion = "0.1.0"\n',
      'src/main.rs': RUST_SERVER,
    },
    found: {
      toolchain: 'cargo',
      folder: '.',
      files: 'Cargo.lock, Cargo.toml, src',
      program: 'rates',
      dependenciesFirst: true,
      testCommand: 'cargo test',
    },
  },
  spring: {
    files: {
      ...AROUND,
      'pom.xml': POM,
      mvnw: '#!/bin/sh\n',
      '.mvn/wrapper/maven-wrapper.properties': '\n',
      'src/main/java/com/acme/Application.java': JAVA_SERVER,
    },
    found: {
      toolchain: 'maven',
      version: '17',
      folder: '.',
      files: '.mvn, pom.xml, src',
      testCommand: './mvnw test',
    },
  },
  gradle: {
    files: {
      ...AROUND,
      'build.gradle.kts':
        'plugins { id("org.springframework.boot") version "3.5.0" }\nkotlin { jvmToolchain(21) }\n',
      'settings.gradle.kts': 'rootProject.name = "ledger"\n',
      gradlew: '#!/bin/sh\n',
      'gradle/wrapper/gradle-wrapper.properties': '\n',
      'src/main/kotlin/com/acme/Main.kt': 'fun main() {}\n',
    },
    found: {
      toolchain: 'gradle',
      version: '21',
      folder: '.',
      files: 'build.gradle.kts, gradle, gradlew, settings.gradle.kts, src',
      testCommand: './gradlew test',
    },
  },
  rails: {
    files: {
      ...AROUND,
      Gemfile: 'source "https://rubygems.org"\nruby "3.4.2"\ngem "rails"\ngem "puma"\ngem "pg"\n',
      'Gemfile.lock': 'GEM\n',
      Rakefile: '\n',
      'config.ru': 'run Rails.application\n',
      'config/puma.rb': 'port ENV.fetch("PORT", 3000)\n',
      'config/routes.rb': 'get "up" => "rails/health#show"\n',
      'app/assets/stylesheets/a.css': 'a {}\n',
      'bin/rails': '#!/usr/bin/env ruby\n',
    },
    found: {
      toolchain: 'bundler',
      version: '3.4',
      folder: '.',
      files: 'Gemfile, Gemfile.lock, Rakefile, app, bin, config, config.ru',
      buildCommand: 'SECRET_KEY_BASE_DUMMY=1 bin/rails assets:precompile',
      startCommand: 'bundle exec puma --config config/puma.rb',
      testCommand: 'bin/rails test',
      buildPackages: 'build-essential libpq-dev libyaml-dev',
      runPackages: 'libpq5',
    },
  },
} as const satisfies Readonly<Record<string, ForeignApplication>>;
