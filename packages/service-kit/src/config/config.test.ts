import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closedObject } from '@careledger/domain';
import { Type } from 'typebox';
import { loadConfig } from './config.js';
import { serviceConfigProperties } from './service-config.js';
import { Secret } from './settings.js';

const schema = closedObject({
  ...serviceConfigProperties,
  store: closedObject({ path: Type.String() }),
  passphrase: Type.Optional(Secret()),
  intervalMs: Type.Integer({ default: 3_600_000, minimum: 1 }),
  mode: Type.Enum(['home', 'clinic'], { default: 'home' }),
  peers: Type.Array(Type.String(), { default: [] }),
});

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function fileWith(text: string): string {
  const path = join(dir, 'config.yaml');
  writeFileSync(path, text);
  return path;
}

describe('configuration', () => {
  test('environment wins over file, file over defaults', () => {
    const file = fileWith('store: {path: /data}\nhttp: {port: 80}\nintervalMs: 5\n');
    const env = {
      CARELEDGER_HTTP_PORT: '8080',
      CARELEDGER_MODE: 'clinic',
      CARELEDGER_PEERS: '["a","b"]',
      CARELEDGER_HTTP_METRICS_OPEN: 'true',
      PATH: '/bin',
    };
    const { config, unknownVariables } = loadConfig({ schema, file, env });
    expect(config).toMatchObject({
      store: { path: '/data' },
      http: { host: '127.0.0.1', port: 8080, metricsOpen: true },
      intervalMs: 5,
      mode: 'clinic',
      peers: ['a', 'b'],
      auth: { tokens: [] },
      log: { level: 'info' },
    });
    expect(unknownVariables).toEqual([]);
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });

  test('secrets come from files and are masked when shown', () => {
    const secret = join(dir, 'secret');
    writeFileSync(secret, 'open sesame\n');
    const token = { sha256: 'a'.repeat(64), role: 'ops' };
    const file = fileWith(JSON.stringify({ store: { path: 'x' }, auth: { tokens: [token] } }));
    const { config, masked } = loadConfig({ schema, file, env: { CARELEDGER_PASSPHRASE_FILE: secret } });
    expect(config.passphrase).toBe('open sesame');
    expect(JSON.stringify(masked)).not.toMatch(/sesame|aaaa/);
    expect(masked).toMatchObject({ passphrase: '***', auth: { tokens: [{ sha256: '***', role: 'ops' }] } });
  });

  test('a key given twice, as value and as file, is refused', () => {
    const env = { CARELEDGER_PASSPHRASE: 'a', CARELEDGER_PASSPHRASE_FILE: 'b', CARELEDGER_STORE_PATH: 'x' };
    expect(() => loadConfig({ schema, env })).toThrow(/CARELEDGER_PASSPHRASE or CARELEDGER_PASSPHRASE_FILE/);
  });

  test.each([
    ['a missing key', '{}', {}, /store.path|store/],
    ['a key that is no setting', 'store: {path: x}\nstoer: 1', {}, /stoer is no setting/],
    [
      'a value out of range',
      'store: {path: x}',
      { CARELEDGER_HTTP_PORT: '70000' },
      /http.port \(CARELEDGER_HTTP_PORT\)/,
    ],
    ['a port that is no number', 'store: {path: x}', { CARELEDGER_HTTP_PORT: 'https' }, /http.port/],
    ['a list', '- 1', {}, /one object/],
    ['broken YAML', 'a: [', {}, /neither YAML nor JSON/],
  ])('%s is named with what to do', (_name, text, env, message) => {
    expect(() => loadConfig({ schema, file: fileWith(text), env })).toThrow(message);
  });

  test('a missing file and a misspelt variable are told', () => {
    expect(() => loadConfig({ schema, file: join(dir, 'none'), env: {} })).toThrow(
      expect.objectContaining({ code: 'CONFIG_FILE_UNREADABLE' }),
    );
    const { unknownVariables } = loadConfig({
      schema,
      env: { CARELEDGER_STORE_PATH: 'x', CARELEDGER_HTP_PORT: '1' },
    });
    expect(unknownVariables).toEqual(['CARELEDGER_HTP_PORT']);
  });
});
