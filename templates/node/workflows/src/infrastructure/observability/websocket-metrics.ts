/** The metrics of the WebSocket server. */
import { Counter, Gauge } from 'prom-client';
import { registry } from './metrics.ts';

export const websocketConnections = new Gauge({
  name: 'websocket_connections',
  help: 'Open connections',
  registers: [registry],
});

export const websocketMessages = new Counter({
  name: 'websocket_messages_total',
  help: 'Messages by direction: in from clients, out to them',
  labelNames: ['direction'],
  registers: [registry],
});

for (const direction of ['in', 'out']) websocketMessages.inc({ direction }, 0);

export const websocketRefused = new Counter({
  name: 'websocket_refused_total',
  help: 'Connections that were refused, by the status of the answer',
  labelNames: ['status'],
  registers: [registry],
});
