import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { PROBE, TemporaryFolder } from '../../testing/network.js';
import type { ConnectionProfile } from '../connection-profile.js';

const BIN = fileURLToPath(new URL('../../../bin/careledger-devnet.js', import.meta.url));

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line; `use` is called with the first line of output, and the process is then told to stop. */
async function run(args: readonly string[], use?: (line: string) => Promise<void>): Promise<Run> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Run = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString('utf8')));
  const ended = once(child, 'exit');
  if (use) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    try {
      await use(output.stdout);
    } finally {
      child.kill('SIGTERM');
    }
  }
  [output.code] = (await ended) as [number | null];
  return output;
}

describe('the command line', () => {
  test('start: one JSON line when ready, files in place, and a clean stop on SIGTERM', async () => {
    await using folder = await TemporaryFolder.make();
    const dir = folder.path;
    const result = await run(
      [
        ...['start', '--dir', dir, '--port', '0', '--channel', 'ch:A,B', '--member', 'ch:M'],
        ...['--chaincode', `ch/probe=module:${PROBE}`, '--policy', "ch/probe=OR('A.peer','B.peer')"],
        ...['--peer-name', 'B=peer-b'],
      ],
      async (line) => {
        const ready = JSON.parse(line) as { ready: boolean; service: string; pid: number };
        expect(ready).toMatchObject({ ready: true, service: 'devnet' });
        const profile = JSON.parse(await readFile(join(dir, 'connection.json'), 'utf8')) as ConnectionProfile;
        const { A, B, M } = profile.channels['ch']?.organizations ?? {};
        expect(A?.endpoint).not.toBe(B?.endpoint);
        expect([A?.serverName, B?.serverName]).toEqual(['peer0.a.devnet.local', 'peer-b']);
        expect(M).toBeUndefined();
        expect(await readFile(A?.tlsRoot ?? '', 'utf8')).toContain('BEGIN CERTIFICATE');
        for (const name of ['A/admin', 'A/user', 'B/user', 'M/user']) {
          expect(await readFile(join(dir, 'organizations', name, 'cert.pem'), 'utf8')).toContain(
            'CERTIFICATE',
          );
        }
        const health = await run(['health', '--dir', dir]);
        expect(JSON.parse(health.stdout)).toMatchObject({ healthy: true });
        const issued = await run([
          ...['identity', '--dir', dir, '--msp', 'M', '--name', 'sponsor'],
          ...['--attr', 'careledger.enrol=true'],
        ]);
        expect(JSON.parse(issued.stdout)).toMatchObject({ mspId: 'M' });
      },
    );
    expect(result.code).toBe(0);
    expect(result.stdout.trim().split('\n')).toHaveLength(1);
    const health = await run(['health', '--dir', dir]);
    expect(health.code).toBe(1);
  });

  test('start --config: the same from a YAML file', async () => {
    await using folder = await TemporaryFolder.make();
    const file = join(folder.path, 'devnet.yaml');
    const lines = [
      'dir: ./state',
      'timeWindowMs: 60000',
      'channels:',
      '  ch:',
      '    organizations: [A, B]',
      '    chaincodes:',
      '      probe:',
      `        source: module:${PROBE}`,
      '        policy: ANY Endorsement',
      '        collections:',
      "          - { name: ab, policy: \"OR('A.member','B.member')\" }",
    ];
    await writeFile(file, lines.join('\n'));
    const result = await run(['start', '--config', file], (line) => {
      expect(JSON.parse(line)).toMatchObject({ ready: true, dir: join(folder.path, 'state') });
      return Promise.resolve();
    });
    expect(result.code).toBe(0);
  });

  test.each([
    ['no folder', ['start', '--channel', 'ch:A'], 'BAD_CONFIG: a folder is needed'],
    ['no channel', ['start', '--dir', '/tmp/x'], 'BAD_CONFIG: a channel is needed'],
    ['an unknown flag', ['start', '--colour', 'red'], "BAD_FLAG: Unknown option '--colour'"],
    [
      'a port that is none',
      ['start', '--dir', '/tmp/x', '--channel', 'ch:A', '--port', 'x'],
      'BAD_FLAG: --port x',
    ],
    [
      'a channel without organisations',
      ['start', '--dir', '/tmp/x', '--channel', 'ch'],
      'BAD_FLAG: --channel ch: use',
    ],
    [
      'a chaincode on no channel',
      ['start', '--dir', '/tmp/x', '--channel', 'ch:A', '--chaincode', 'other/cc=127.0.0.1:1'],
      'BAD_FLAG: --chaincode names channel other',
    ],
    [
      'a policy that cannot be read',
      [
        'start',
        '--dir',
        '/tmp/x',
        '--channel',
        'ch:A',
        '--chaincode',
        'ch/cc=127.0.0.1:1',
        '--policy',
        "ch/cc=AND('A.peer'",
      ],
      'BAD_POLICY: policy "AND(\'A.peer\'" lacks ")"',
    ],
    [
      'a policy with a stranger',
      [
        'start',
        '--dir',
        '/tmp/x',
        '--channel',
        'ch:A',
        '--chaincode',
        'ch/cc=127.0.0.1:1',
        '--policy',
        "ch/cc=OR('Z.peer')",
      ],
      'names Z, which is not on the channel',
    ],
    ['no such command', ['stop'], 'BAD_FLAG: there is no command "stop"'],
  ])('%s is refused with a code and what to do', async (_name, args, message) => {
    const result = await run(args);
    expect(result.code).toBe(64);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(message);
  });

  test('a port that is taken is refused with a code', async () => {
    await using folder = await TemporaryFolder.make();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const result = await run(['start', '--dir', folder.path, '--channel', 'ch:A', '--port', String(port)]);
    taken.close();
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`PORT_UNAVAILABLE: cannot listen on 127.0.0.1:${port}`);
  });

  test('--help explains every command', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ['start', 'identity', 'health', '--require-client-cert', '--config']) {
      expect(stdout).toContain(word);
    }
  });
});
