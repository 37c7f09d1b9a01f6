import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { WORKSPACE } from '../run/folder.js';
import { frameOf, moduleOf } from './frame.js';

const urlOf = (path: string): string => pathToFileURL(join(WORKSPACE, path)).href;
const frame = (functionName: string, url: string) => frameOf({ functionName, url }, undefined);

test('a module is named from the root of the project or of its package, never from that of the machine', () => {
  expect(moduleOf(urlOf('packages/crypto/dist/src/node/hash.js'))).toBe('packages/crypto/node/hash');
  expect(moduleOf(urlOf('bench/dist/ingest/gateway.worker.js'))).toBe('bench/ingest/gateway.worker');
  expect(moduleOf(urlOf('node_modules/a/node_modules/@b/c/lib/d.cjs'))).toBe('@b/c/lib/d');
  expect(moduleOf(join(WORKSPACE, 'network/devnet/bin/careledger-devnet.js'))).toBe(
    'network/devnet/bin/careledger-devnet',
  );
  expect(moduleOf('node:internal/timers')).toBe('node:internal/timers');
  expect(moduleOf('file:///home/somebody/secret.js')).toBe('(outside the project)');
});

test.each([
  ['verify', 'verifyOneShot', 'node:internal/crypto/sig'],
  ['verify', 'exports.crypto_sign_verify_detached', urlOf('node_modules/sodium-native/index.js')],
  ['verify', 'verify', urlOf('packages/crypto/dist/src/sodium/sodium-verifier.js')],
  ['sign', 'signOneShot', 'node:internal/crypto/sig'],
  ['hash', 'digest', 'node:internal/crypto/hash'],
  ['encrypt', 'compactDecrypt', urlOf('node_modules/jose/dist/webapi/jwe.js')],
  ['sqlite', 'run', urlOf('bench/dist/flamegraph/natives/sqlite.js')],
  ['json', 'parse', urlOf('bench/dist/flamegraph/natives/json.js')],
  ['mqtt', 'parse', urlOf('node_modules/mqtt-packet/parser.js')],
  ['grpc', 'sendMessage', urlOf('node_modules/@grpc/grpc-js/build/src/call.js')],
  ['http', 'parserOnBody', 'node:_http_common'],
  ['gc', '(garbage collector)', ''],
  ['native', '(program)', ''],
  ['packages/policy', 'decide', urlOf('packages/policy/dist/src/decide.js')],
  ['gateway-service', '#check', urlOf('gateway-service/dist/src/ingest/pipeline.js')],
  ['@hyperledger/fabric-gateway', 'submit', urlOf('node_modules/@hyperledger/fabric-gateway/dist/x.js')],
])('%s: %s', (part, name, url) => {
  expect(frame(name, url).part).toBe(part);
});

test('native code without a module counts to who called it', () => {
  const caller = frame('write', 'node:net');
  expect(frameOf({ functionName: 'writev', url: '' }, caller).part).toBe('streams');
});
