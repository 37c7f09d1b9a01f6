import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GrpcClients, loadConnection } from './connection.js';

const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const at = (endpoint: string, tlsRoot = PEM) => ({ endpoint, tlsRoot, serverName: 'peer.example' });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-connection-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
function fileWith(value: unknown): string {
  const path = join(dir, 'connection.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

describe('connection.json', () => {
  test('a TLS root may be PEM or a path beside the file', () => {
    writeFileSync(join(dir, 'ca.pem'), PEM);
    const path = fileWith({
      channels: { cloud: { organizations: { A: at('h:1'), B: at('h:2', 'ca.pem') } } },
    });
    const { organizations } = loadConnection(path).channels['cloud'] as {
      organizations: Record<string, unknown>;
    };
    expect(organizations).toEqual({ A: at('h:1'), B: at('h:2') });
  });

  test.each([
    ['no JSON', '{'],
    ['no channels', {}],
    ['an endpoint with a scheme', { channels: { cloud: { organizations: { A: at('grpcs://h:1') } } } }],
    ['an endpoint without a port', { channels: { cloud: { organizations: { A: at('h') } } } }],
    [
      'a missing TLS root',
      { channels: { cloud: { organizations: { A: { endpoint: 'h:1', serverName: 'x' } } } } },
    ],
  ])('%s is CONFIGURATION', (_name, value) => {
    expect(() => loadConnection(fileWith(value))).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

test('channels that reach the same peer share its client', () => {
  using clients = new GrpcClients(undefined);
  expect(clients.at(at('localhost:1'))).toBe(clients.at(at('localhost:1')));
  expect(clients.at(at('localhost:1'))).not.toBe(clients.at(at('localhost:2')));
});
