import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { GatewayConfig } from './config.js';
import { register } from './register.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-register-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('another user of the host cannot open the keys that a registration makes', async () => {
  const nowhere = join(dir, 'none');
  const nobody = { certificateFile: nowhere, privateKeyFile: nowhere };
  const config = Value.Parse(
    GatewayConfig,
    Value.Default(GatewayConfig, {
      gatewayId: 'gateway-register',
      networkId: 'devnet',
      dataDir: join(dir, 'data'),
      keyPassphrase: 'twelve letters',
      scryptLogN: 10,
      ledger: { connectionFile: nowhere, mspId: 'PatientsMSP', ...nobody },
      providers: [{ providerId: 'prv_none', url: 'http://127.0.0.1:9', token: 'sixteen letters!' }],
    }),
  );
  await expect(register(config, nobody)).rejects.toMatchObject({ code: 'CONFIGURATION' });
  expect(statSync(config.dataDir).mode & 0o777).toBe(0o700);
});
