import { startDevnet } from '../index.js';
import { startOptions } from './start-options.js';

/** `start`: runs a devnet until it is told to stop. */
export async function start(args: readonly string[]): Promise<void> {
  const beganMs = performance.timeOrigin;
  const options = await startOptions(args);
  // Signals that come while it starts count too.
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await using devnet = await startDevnet(options);
  const ready = {
    ready: true,
    service: 'devnet',
    pid: process.pid,
    dir: devnet.dir,
    startMs: Math.round(performance.timeOrigin + performance.now() - beganMs),
    channels: devnet.connection.channels,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await stop;
}
