// A door in front of a server, through which a process under test reaches it: it sees what is asked before the server
// does, so a test can take the process away between any two steps, and it can be shut.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

export interface Strike {
  /** What the process sends, as latin1; two writes in a row are seen as one. */
  pattern: RegExp;
  /**
   * `before`: the server never hears of it. `after`: it does it, and its answer is lost. `meanwhile`: nothing is lost, it
   * only comes later.
   */
  when: 'before' | 'after' | 'meanwhile';
  act(): Promise<void>;
}

export interface Gate {
  port: number;
  /** Once, at the first match of what is said from now on. */
  strike(strike: Strike): void;
  /** The strike that has not come to pass does not any more. */
  disarm(): void;
  /** Connections are refused, those that are open are closed. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** A pattern may begin in one write and end in the next. */
const REMEMBERED = 65_536;

export async function openGate(target: NetConnectOpts): Promise<Gate> {
  let armed: Strike | undefined;
  let strikes = 0;
  const open = new Set<Socket>();
  const pass = (near: Socket) => {
    const far = connect(target);
    const ends = [near, far];
    let isStruck = false;
    let said = '';
    let saidFor = strikes;
    let last = Promise.resolve();
    for (const end of ends) {
      open.add(end);
      end.on('error', () => {});
      end.once('close', () => {
        open.delete(end);
        for (const other of ends) other.destroy();
      });
    }
    const take = async (chunk: Buffer) => {
      if (isStruck) return;
      if (armed === undefined) {
        far.write(chunk);
        return;
      }
      if (saidFor !== strikes) said = '';
      saidFor = strikes;
      said = `${said}${chunk.toString('latin1')}`.slice(-REMEMBERED);
      const strike = armed.pattern.test(said) ? armed : undefined;
      if (strike === undefined) {
        far.write(chunk);
        return;
      }
      armed = undefined;
      if (strike.when === 'meanwhile') {
        await strike.act();
        far.write(chunk);
        return;
      }
      isStruck = true;
      if (strike.when === 'after') {
        const answered = once(far, 'data');
        far.write(chunk);
        await answered;
      }
      await strike.act();
    };
    near.on('data', (chunk: Buffer) => {
      last = last.then(() => take(chunk));
    });
    far.on('data', (chunk: Buffer) => {
      if (!isStruck) near.write(chunk);
    });
  };
  const listen = async (port: number) => {
    const server = createServer(pass).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return {
    port,
    strike: (strike) => {
      armed = strike;
      strikes += 1;
    },
    disarm: () => {
      armed = undefined;
    },
    shut,
    async reopen() {
      server = await listen(port);
    },
    close: async () => (server.listening ? shut() : undefined),
  };
}
