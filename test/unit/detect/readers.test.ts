/** The small readers: licences by their text, images by their name, ports and paths in commands and code. */
import { describe, expect, it } from 'vitest';
import {
  dataServiceOf,
  isForeign,
  optionOf,
  parseImage,
  versionOfTag,
  withDefaults,
} from '../../../src/detect/image-names.ts';
import { licenceOfName, licenceOfText } from '../../../src/detect/licence-text.ts';
import {
  healthPathOfCode,
  pathOfHealthCheck,
  portsOfCode,
  portsOfCommand,
} from '../../../src/detect/ports-and-paths.ts';
import { rankOf } from '../../../src/detect/precedence.ts';

describe('licences', () => {
  it.each([
    [
      '                                 Apache License\n                           Version 2.0, January 2004\n',
      'Apache-2.0',
    ],
    ['GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007', 'AGPL-3.0'],
    [
      'GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n incorporates the GNU General Public License version 3',
      'LGPL-3.0',
    ],
    ['GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991', 'GPL-2.0'],
    ['Mozilla Public License Version 2.0\n====', 'MPL-2.0'],
    [
      'Permission is hereby granted, free of charge, to any person obtaining a copy of this software',
      'MIT-0',
    ],
    [
      'Redistribution and use in source and binary forms, with or without modification, are permitted',
      'BSD-2-Clause',
    ],
    [
      'Redistribution and use in source and binary forms … Neither the name of the copyright holder',
      'BSD-3-Clause',
    ],
    ['Permission to use, copy, modify, and/or distribute this software for any purpose', 'ISC'],
    ['// SPDX-License-Identifier: EUPL-1.2\n', 'EUPL-1.2'],
    ['Copyright Acme. All rights reserved. Proprietary and confidential.', 'proprietary'],
    ['Copyright Acme. All rights reserved.', undefined],
    ['Do what you want.', undefined],
    ['', undefined],
  ])('%j', (text, licence) => {
    expect(licenceOfText(text)).toBe(licence);
  });

  it('takes the names that people write in manifests', () => {
    expect(
      ['MIT License', 'Apache 2.0', 'Apache-2.0', 'UNLICENSED', 'GPL-3.0-only'].map(licenceOfName),
    ).toEqual([...['MIT', 'Apache-2.0', 'Apache-2.0', 'proprietary', 'GPL-3.0-only']]);
    expect(licenceOfName('SEE LICENSE IN terms.txt')).toBeUndefined();
    expect(licenceOfName('constructor')).toBe('constructor');
  });
});

describe('images', () => {
  it.each([
    ['postgres:16.3-alpine', 'postgres', 'postgres', '16.3'],
    ['docker.io/bitnami/postgresql:17', 'docker.io/bitnami/postgresql', 'postgres', '17'],
    ['timescale/timescaledb:latest-pg16', 'timescale/timescaledb', 'postgres', '16'],
    ['pgvector/pgvector:pg17', 'pgvector/pgvector', 'postgres', '17'],
    ['redis', 'redis', 'redis', undefined],
    ['redis:latest', 'redis', 'redis', undefined],
    ['${REDIS:-redis}:${V:-7.2}@sha256:abc', 'redis', 'redis', '7.2'],
    ['localhost:5000/x/rabbitmq:4.1-management', 'localhost:5000/x/rabbitmq', 'rabbitmq', '4.1'],
    ['ghcr.io/acme/redis-commander:1', 'ghcr.io/acme/redis-commander', undefined, '1'],
  ])('%s', (reference, repository, component, version) => {
    const image = parseImage(reference);
    expect(image?.repository).toBe(repository);
    expect(image && dataServiceOf(image)).toBe(component);
    expect(versionOfTag(image?.tag)).toBe(version);
  });

  it.each(['', ' ', '${IMAGE}', 'UPPER case', 'a//b', 'a/', '-x', 'x:y:z'])('%j is no image', (reference) => {
    expect(parseImage(reference)).toBeUndefined();
  });

  it('knows what stands beside an application, and what compose puts in for a variable', () => {
    const nameOf = (reference: string) => parseImage(reference) ?? { repository: '', name: '', tag: '' };
    expect(['nginx:1', 'grafana/grafana', 'prom/prometheus'].map((one) => isForeign(nameOf(one)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['acme/orders', 'acme/api'].map((one) => isForeign(nameOf(one)))).toEqual([false, false]);
    expect(withDefaults('${A}-${B-x}-${C:-y}-${D:?needed}-$E')).toBe('-x-y--$E');
  });

  it('chooses the version that is meant', () => {
    const options = ['7.2', '7.4', '8'];
    expect(['7.2.5', '7', '8.0.1', '6.2', '80'].map((one) => optionOf(one, options))).toEqual([
      ...['7.2', '7.4', '8', '6.2', '80'],
    ]);
  });
});

describe('ports and paths', () => {
  it.each([
    ['uvicorn app:app --host 0.0.0.0 --port 8080', [8080]],
    ['gunicorn -b 0.0.0.0:8000 app:app', [8000]],
    ['gunicorn --bind=:9000 app:app', [9000]],
    ['next start -p 4100', [4100]],
    ['PORT=3001 node server.js', [3001]],
    ['python manage.py runserver 0.0.0.0:8000', [8000]],
    ['node --inspect=0.0.0.0:9229 server.js', []],
    ['tsc -p tsconfig.json', []],
    ['sleep 8080', []],
    ['serve --port 99999', []],
    ['serve --port ${PORT}', []],
  ])('%s', (command, ports) => {
    expect(portsOfCommand(command)).toEqual(ports);
  });

  it.each([
    ['app.listen(process.env.PORT || 3000)', [3000]],
    ['await app.listen({ port: 3100, host })', [3100]],
    ['const port = Number(process.env.PORT ?? "4000")', [4000]],
    ['app.run(host="0.0.0.0", port=5001)', [5001]],
    ['uvicorn.run(app, port=int(os.getenv("PORT", 8100)))', [8100]],
    ['log.Fatal(http.ListenAndServe(":8085", mux))', [8085]],
    ['let addr = SocketAddr::from(([0, 0, 0, 0], 3200));', [3200]],
    ['const timeout = 3000; sleep(8080)', []],
  ])('%s', (code, ports) => {
    expect(portsOfCode(code)).toEqual(ports);
  });

  it('tells a health path only where it can be told', () => {
    expect(healthPathOfCode("app.get('/healthz', a); app.get('/users', b)")).toBe('/healthz');
    expect(healthPathOfCode("get('/livez'); get('/readyz')")).toBe('/readyz');
    expect(healthPathOfCode("get('/health/live'); get('/health/ready'); get('/ping')")).toBe('/health/ready');
    expect(healthPathOfCode("get('/ping'); get('/status')")).toBeUndefined();
    expect(healthPathOfCode("app.setGlobalPrefix('api'); get('/healthz')")).toBeUndefined();
    expect(healthPathOfCode('get("/users")')).toBeUndefined();
  });

  it('reads the path that a health check asks', () => {
    expect(pathOfHealthCheck('curl -f http://localhost:3000/healthz || exit 1')).toBe('/healthz');
    expect(pathOfHealthCheck('wget -qO- http://127.0.0.1:${PORT:-8080}/api/health')).toBe('/api/health');
    expect(pathOfHealthCheck('pg_isready -U app')).toBeUndefined();
  });
});

describe('rankOf', () => {
  it('puts an origin that is not named for a subject behind all that are', () => {
    expect(rankOf('none.port', 'dockerfile')).toBe(0);
    expect(rankOf('none.port', 'compose')).toBe(0);
    expect(rankOf('none.port', 'framework')).toBe(3);
    expect(rankOf('none.port', 'title')).toBe(4);
  });
});
