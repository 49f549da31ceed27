/** One YAML file laid over another, by the rules of Compose; that Compose agrees is shown in test/tools/production-stack. */
import { describe, expect, it } from 'vitest';
import { OutlineError } from '../../../src/shared-files/yaml-outline.ts';
import { overlayYaml } from '../../../src/shared-files/yaml-overlay.ts';

const text = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
const service = (...lines: readonly string[]): string =>
  text('services:', '  api:', ...lines.map((line) => `    ${line}`));

describe('overlayYaml', () => {
  it('replaces scalars, joins maps, and keeps what nobody changes to the last character', () => {
    const below = service(
      "image: 'api:development' # built here",
      'environment:',
      '  # Why it is so.',
      '  PORT: "8000"',
      '  LEVEL: DEBUG',
    );
    const above = service('image: ghcr.io/acme/api:1', 'environment:', '  LEVEL: INFO', '  SAFE: "on"');
    expect(overlayYaml(below, above)).toBe(
      service(
        'image: ghcr.io/acme/api:1',
        'environment:',
        '  # Why it is so.',
        '  PORT: "8000"',
        '  LEVEL: INFO',
        '  SAFE: "on"',
      ),
    );
  });

  it('lets lists grow, but for what is one command', () => {
    const below = service('networks:', '  - back', 'command:', '  - serve', '  - --reload', 'test: [CMD, a]');
    const above = service('networks:', '  - front', 'command:', '  - serve', 'test: [CMD, b]');
    expect(overlayYaml(below, above)).toBe(
      service('networks:', '  - back', '  - front', 'command:', '  - serve', 'test: [CMD, b]'),
    );
  });

  it('takes away what is reset, and replaces what is overridden without leaving the word', () => {
    const below = service('ports:', '  - "80:80"', 'volumes:', '  - ./src:/src', 'read_only: true');
    const above = service('ports: !reset []', 'volumes: !override', '  - data:/data');
    expect(overlayYaml(below, above)).toBe(service('volumes:', '  - data:/data', 'read_only: true'));
    expect(
      overlayYaml(text('services:', '  mail: {}', '  api: {}'), text('services:', '  mail: !reset null')),
    ).toBe(text('services:', '  api: {}'));
  });

  it('says of a value what is said where it comes from', () => {
    const below = service(
      '# Loopback only.',
      'ports:',
      '  - "127.0.0.1:80:80"',
      '# It drains.',
      'grace: 40s',
    );
    const above = service('ports: !override', '  - "80:80"', '# Longer here.', 'grace: 60s');
    expect(overlayYaml(below, above)).toBe(service('ports:', '  - "80:80"', '# Longer here.', 'grace: 60s'));
  });

  it('sets off a service that comes to it, and not what is one line', () => {
    const below = text('services:', '  api: {}', 'volumes:', '  data: {}');
    const service = ['  # TLS.', '  proxy:', '    image: nginx'];
    const above = text(
      'services:',
      ...service,
      'volumes:',
      '  logs: {}',
      'secrets:',
      '  key:',
      '    file: key',
    );
    expect(overlayYaml(below, above)).toBe(
      text(
        ...['services:', '  api: {}', '', ...service, 'volumes:', '  data: {}', '  logs: {}'],
        ...['', 'secrets:', '  key:', '    file: key'],
      ),
    );
  });

  it('refuses what it cannot read', () => {
    expect(() => overlayYaml('services: {}\n', 'no map\n')).toThrow(OutlineError);
  });
});
