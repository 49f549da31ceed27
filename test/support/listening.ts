/** The real catalog with an application that has processes which listen beside its service, whatever its stack is. */
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import type { AnyComponent, ListenerProcess } from '../../src/component/define.ts';
import { catalogOf, type Catalog } from '../../src/plan/catalog.ts';

/** As an application would tell of it: one path for both probes, the other with metrics and a path of its own below. */
export const WEBSOCKET: ListenerProcess = {
  name: 'websocket',
  does: 'pushes the progress of runs to clients',
  command: ['node', 'dist/websocket.js'],
  port: 8001,
  path: '/ws',
  livePath: '/health/live',
  readyPath: '/health/ready',
};
export const EVENTS: ListenerProcess = {
  name: 'events',
  does: 'streams events',
  command: ['node', 'dist/events.js', '--all'],
  port: 8002,
  path: '/api/v1/events',
  livePath: '/api/v1/events/health',
  readyPath: '/api/v1/events/health',
  metricsPath: '/metrics',
};

const listening = (component: AnyComponent, listeners: readonly ListenerProcess[]): AnyComponent => ({
  ...component,
  ...(component.facts && {
    facts: (...told: Parameters<NonNullable<AnyComponent['facts']>>) => {
      const facts = component.facts?.(...told) ?? {};
      return facts.app ? { ...facts, app: { ...facts.app, listeners } } : facts;
    },
  }),
});

/** @param listeners what every stack has from now on */
export const catalogWith = (...listeners: readonly ListenerProcess[]): Catalog =>
  catalogOf(
    components.map((component) => listening(component, listeners)),
    presets,
    templates,
  );
