import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { packageChaincode } from './package.js';

async function unpack(bytes: Uint8Array): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  const archive = extract();
  archive.end(gunzipSync(bytes));
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    files[entry.header.name] = Buffer.concat(chunks);
  }
  return files;
}

const records = { name: 'records', version: '1.0', addressField: 'records' };

describe('a chaincode package', () => {
  test('has one package ID for everybody: the bytes depend on name, version and address field alone', async () => {
    // Written down, so that a new version of a library cannot change what organisations computed before.
    const { packageId } = await packageChaincode(records);
    expect(packageId).toBe('records_1.0:5d8a43bc1b90e2345580654fc9b4d613e62bc832b8055fbfd3956e101a31891a');
    expect((await packageChaincode(records)).packageId).toBe(packageId);
  });

  test('differs for each contract and each version: two definitions on one package could not call each other', async () => {
    const ids = await Promise.all([
      packageChaincode(records),
      packageChaincode({ ...records, version: '1.1' }),
      packageChaincode({ ...records, name: 'access-control', addressField: 'accessControl' }),
    ]);
    expect(new Set(ids.map(({ packageId }) => packageId)).size).toBe(3);
  });

  test('holds no address and no key of anybody: each peer fills its own in', async () => {
    const files = await unpack((await packageChaincode(records)).bytes);
    expect(JSON.parse(String(files['metadata.json']))).toEqual({ type: 'ccaas', label: 'records_1.0' });
    const code = await unpack(files['code.tar.gz'] ?? new Uint8Array());
    expect(Object.keys(code)).toEqual(['connection.json']);
    expect(JSON.parse(String(code['connection.json']))).toEqual({
      address: '{{.records}}',
      dial_timeout: '10s',
      tls_required: true,
      client_auth_required: true,
      root_cert: '{{.rootCert}}',
      client_cert: '{{.clientCert}}',
      client_key: '{{.clientKey}}',
    });
  });
});
