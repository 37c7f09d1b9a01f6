import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const SERVICE = fileURLToPath(new URL('../../testing/serving-program.js', import.meta.url));

test('a stopped service finishes what runs, closes in order and writes one line to stdout', async () => {
  const child = spawn(process.execPath, [SERVICE], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  await once(output, 'line');
  const ready = JSON.parse(lines[0] as string) as { urls: { http: string }; pid: number };
  expect(ready).toMatchObject({ ready: true, service: 'kit', pid: child.pid });

  const slow = fetch(`${ready.urls.http}/slow`);
  // The service says on stderr that the request has reached it.
  while (!errors.some((line) => line.includes('slow request'))) await new Promise(setImmediate);
  child.kill('SIGTERM');
  expect(await (await slow).json()).toEqual({ done: true });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(lines).toHaveLength(1);
  const closed = errors
    .filter((line) => line.includes('closed '))
    .map((line) => /closed (\w+)/.exec(line)?.[1]);
  expect(closed).toEqual(['second', 'first']);
  await expect(fetch(ready.urls.http)).rejects.toThrow();
});

test('a stop that hangs is cut off with exit code 1', async () => {
  const child = spawn(process.execPath, [SERVICE, 'hang'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
});
