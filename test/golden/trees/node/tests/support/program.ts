/** A program of the service as a process of its own, seen from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { inject } from 'vitest';
import { environment } from './settings.ts';

export interface Program {
  readonly output: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
}

/** @param changes settings that differ from those of the other tests */
export function startProgram(
  name: string,
  changes: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Program {
  const child = spawn(process.execPath, [`src/commands/${name}.ts`, ...args], {
    env: {
      PATH: process.env.PATH,
      ...environment({ DATABASE_URL: inject('databaseUrl'), REDIS_URL: inject('redisUrl') }),
      ...changes,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  return {
    output: () => text,
    signal: (signal) => {
      child.kill(signal);
    },
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
