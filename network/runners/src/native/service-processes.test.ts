import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import {
  clientOf,
  loadNetworkDefinition,
  planNetwork,
  PROCESS_MEMORY,
  servicesOf,
} from '@careledger/network-definition';
import { launcherOf } from '../services/register.js';
import { NativeLayout } from './layout.js';
import { serviceSpec } from './service-processes.js';

const root = mkdtempSync(join(tmpdir(), 'careledger-services-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const layout = new NativeLayout(root);
const services = servicesOf(planNetwork(loadNetworkDefinition(), { profile: 'small', runner: 'native' }));

test.each(services)('$id is started with what keeps it to its memory, where there is such', async (node) => {
  const { mspId, id, program } = node;
  const read = [layout.nodeFile(mspId, id, 'config.json'), layout.nodeTls(mspId, id).cert, layout.tlsRoots];
  for (const path of [...read, layout.client(mspId, clientOf(node)).cert]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  const { args, env } = await serviceSpec(layout, node);
  const memory = PROCESS_MEMORY[program];
  expect(args.slice(0, args.indexOf(launcherOf(program)))).toEqual(memory?.nodeFlags ?? []);
  expect(env).toMatchObject(memory?.env ?? {});
});

test('an api is one of them', () => {
  expect(services.map(({ program }) => program)).toContain('api');
  expect(PROCESS_MEMORY.api?.nodeFlags).not.toEqual([]);
});
