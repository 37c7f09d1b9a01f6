import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { WORKSPACE } from '../run/folder.js';

const PROGRAM = join(WORKSPACE, 'bench/bin/careledger-experiments.js');

/** Where Fabric's programs are not. */
const env = { ...process.env, FABRIC_BIN: join(WORKSPACE, 'docs') };

test('what needs Fabric is skipped where it is not, and said to be: no failure, and no figure', () => {
  const ended = spawnSync(process.execPath, [PROGRAM, '--quick', 'fabric-block-timeout', 'consensus'], {
    ...{ env, encoding: 'utf8' },
  });
  expect([ended.status, ended.stdout]).toEqual([0, '']);
  for (const name of ['fabric-block-timeout', 'consensus'])
    expect(ended.stderr).toMatch(new RegExp(`^SKIPPED ${name}: Fabric is not here: .*FABRIC_BIN`, 'm'));
});
