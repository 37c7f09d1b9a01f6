import { sha256 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import { writeEnvelope } from '../../testing/envelope-writer.js';
import { readEnvelope } from './envelope.js';

/** Written by @hyperledger/fabric-protos 0.3.7, with fields that our own writer leaves out. */
const BY_FABRIC_PROTOS = [
  'CrkDCrUBCo0BCAMQARoGCIDf7coGIgthdXRob3JpdGllcypANDk0NWViMjVlNjliN2MyOTA5Nzk2NzE3YzAyODhiY2M4YTg5',
  'YTk4ZTZmZjAwOGVjYTZjNzU0MTU0YTBkMTFkYTCsAjoLEgkSB3JlY29yZHNCIAkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ',
  'CQkJCQkJEiMKB2NyZWF0b3ISGAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBxL-AQr7AQojCgdjcmVhdG9yEhgHBwcHBwcHBwcH',
  'BwcHBwcHBwcHBwcHBwcS0wEKMQovCi0IAxIJEgdyZWNvcmRzGh4KC0FuY2hvckhlYWRzCg97Iml0ZW1zIjpbImEiXX0SnQEK',
  'gwEKIKb_sHyOMbbACKke11kLQQuyMrQjJe4mmjwQKnZvhI1SEl8KDnJlYWQtd3JpdGUgc2V0EgJldho5CMgBEgRmaW5lGi57',
  'Iml0ZW1zIjpbeyJzaWQiOiJ4IiwiY29kZSI6Ik9LIiwidHhJZCI6InQifV19Ig4SB3JlY29yZHMaAzEuMBIVCghlbmRvcnNl',
  'chIJc2lnbmF0dXJlEhhzaWduYXR1cmUgb2YgdGhlIGNyZWF0b3I',
].join('');

const parts = {
  channel: 'authorities',
  chaincode: 'records',
  args: ['AnchorHeads', '{"items":["a"]}'],
  response: { status: 200, payload: '{"items":[{"sid":"x","code":"OK","txId":"t"}]}' },
  creator: Buffer.from('creator'),
  nonce: Buffer.alloc(24, 7),
};

test("reads what Fabric's own message classes write", () => {
  const { channel, chaincode, args, response } = parts;
  const txId = '4945eb25e69b7c2909796717c0288bcc8a89a98e6ff008eca6c754154a0d11da';
  expect(readEnvelope(BY_FABRIC_PROTOS, sha256)).toMatchObject({ channel, chaincode, args, response, txId });
});

test('no envelope cut short is read, wherever the cut is', () => {
  const envelope = writeEnvelope(parts);
  const payloadEnd = envelope.length - 'signature of the creator'.length - 2;
  for (let end = 0; end < payloadEnd; end++) {
    expect(() => readEnvelope(envelope.subarray(0, end), sha256)).toThrow(
      expect.objectContaining({ code: 'ENVELOPE_MALFORMED' }),
    );
  }
});

test('changed bytes give another envelope hash or no envelope', () => {
  const envelope = writeEnvelope(parts);
  const { envelopeHash } = readEnvelope(envelope, sha256);
  for (let at = 0; at < envelope.length; at += 3) {
    const changed = envelope.with(at, envelope[at]! ^ 0x41);
    expect(hashOf(changed)).not.toBe(envelopeHash);
  }
});

function hashOf(envelope: Uint8Array): string {
  try {
    return readEnvelope(envelope, sha256).envelopeHash;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
