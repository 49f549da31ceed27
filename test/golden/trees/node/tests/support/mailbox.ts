/** A mail server that keeps what it is given. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { eventually } from './eventually.ts';

export interface Mailbox {
  readonly url: string;
  /** Waits for the next mail to this address, and takes it out. */
  readonly next: (address: string) => Promise<string>;
  /** How many mails to this address are there. */
  readonly count: (address: string) => number;
  /** Refuses so many of the next mails. */
  readonly refuse: (times: number) => void;
  readonly close: () => Promise<void>;
}

/** @param port where it listens; any free one without it */
export async function openMailbox(port = 0): Promise<Mailbox> {
  const mails: { readonly to: string; readonly text: string }[] = [];
  let refusals = 0;
  const serve = (socket: Socket): void => {
    let to = '';
    let data: string | undefined;
    let rest = '';
    const answer = (line: string): void => void socket.write(`${line}\r\n`);
    const take = (line: string): void => {
      if (data !== undefined) {
        if (line !== '.') {
          data += `${line}\n`;
          return;
        }
        // Long lines are wrapped with a mark at their end.
        mails.push({ to, text: data.replaceAll('=\n', '').replaceAll('=3D', '=') });
        data = undefined;
        answer('250 taken');
      } else if (/^(EHLO|HELO)/i.test(line)) answer('250 mailbox');
      else if (/^MAIL FROM/i.test(line)) answer(refusals-- > 0 ? '451 not now' : '250 fine');
      else if (/^RCPT TO/i.test(line)) {
        to = /<(.+)>/.exec(line)?.[1] ?? '';
        answer('250 fine');
      } else if (/^DATA/i.test(line)) {
        data = '';
        answer('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else answer('250 fine');
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    });
    answer('220 mailbox');
  };
  const server = createServer(serve).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (address) =>
      eventually(() => {
        const index = mails.findIndex(({ to }) => to === address);
        return index < 0 ? undefined : mails.splice(index, 1)[0]?.text;
      }),
    count: (address) => mails.filter(({ to }) => to === address).length,
    refuse: (times) => {
      refusals = times;
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
