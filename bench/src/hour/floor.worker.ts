import { Agent, request } from 'node:http';
import {
  generateEd25519,
  generateX25519,
  nodeVerifier,
  sha256,
  toBase64url,
  utf8,
  type Signer,
} from '@careledger/crypto';
import { STATEMENTS } from '@careledger/contracts';
import { patientIdOf, recordIdOf, timestampOf } from '@careledger/domain';
import {
  checkManifest,
  checkStoreReceipt,
  checkWrapSet,
  makeStoreReceipt,
  makeWrapSet,
  makeWrapsAcceptance,
  readManifest,
  readWrapSet,
  sealRecord,
  wrapKey,
} from '@careledger/envelope';
import { checkStatement, makeStatement } from '@careledger/statements';
import { sampleCpu, type CpuSample } from '../run/cpu.js';
import { serveWorker } from '../worker/serve.js';

const NETWORK = 'floor';
const PROVIDER = 'prv_floor';
const RECIPIENTS = 3;
/** Requests on their way at once. */
const IN_FLIGHT = 48;

const verifier = nodeVerifier();
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const [gateway, provider] = [generateEd25519().signer, generateEd25519().signer];
const recipients = Array.from({ length: RECIPIENTS }, () => generateX25519().publicKey);
const patientId = patientIdOf(gateway.publicKey, sha256);

const handlers = {
  /** Every seal, wrap, signature and check of signature that a record needs on its way, and nothing else. */
  cryptography({ records, contentBytes }: { records: number; contentBytes: number }): Promise<CpuSample> {
    const content = new Uint8Array(contentBytes).fill(32);
    return sampleCpu(async () => {
      for (let record = 0; record < records; record++) await wayOf(record, content);
      return records;
    });
  },
  /** So many requests, from this process to a bare server. */
  http({ requests, url, bodyBytes }: HttpRound): Promise<CpuSample> {
    const body = JSON.stringify({ text: 'x'.repeat(bodyBytes) });
    let rest = requests;
    const inTurn = async (): Promise<void> => {
      while (rest-- > 0) await exchange(url, body);
    };
    return sampleCpu(async () => {
      await Promise.all(Array.from({ length: IN_FLIGHT }, inTurn));
      return requests;
    });
  },
};

async function wayOf(record: number, content: Uint8Array): Promise<void> {
  const seed = toBase64url(sha256(utf8(String(record))));
  const subject = { recordId: recordIdOf({ author: patientId, patientId, seed }, sha256), version: 1 };
  const aad = { ...{ v: 2 as const, ...subject, patientId, author: patientId }, tagGroups: [] };
  const sealed = sealRecord({ content, aad: { ...aad, prevVersionHash: null } }, gateway);
  const wraps = [];
  for (const publicKey of recipients) wraps.push(await wrapKey(sealed.contentKey, subject, { publicKey }));
  const { manifest, manifestHash, ciphertextSha256 } = sealed;
  const wrapSet = makeWrapSet({ ...subject, manifestHash, wraps }, gateway);
  const now = Math.floor(Date.now() / 1_000);
  const body = { patientId, ...subject, seed, manifestHash, ciphertextSha256 };
  const statement = (name: 'storeRecord' | 'announceRecord', channel: 'cloud' | 'authorities', by: Signer) =>
    makeStatement(
      { ...{ typ: STATEMENTS[name].typ, iss: patientId, aud: NETWORK, channels: [channel], body, iat: now } },
      by,
    );
  const stored = statement('storeRecord', 'cloud', gateway);
  // The provider's checks, receipt and acceptance.
  checkStatement(stored, {
    ...{ typ: STATEMENTS.storeRecord.typ, audience: NETWORK, channel: 'cloud', now, verifier },
    publicKeyOf: () => gateway.publicKey,
  });
  const author = { keys: [gateway.publicKey], verifier };
  checkManifest(manifest, { recordId: subject.recordId, patientId }, author);
  const period = [{ key: toBase64url(gateway.publicKey), from: timestampOf(0) }];
  checkWrapSet(wrapSet, manifest, readManifest(manifest), { author: period, gateway: [], verifier });
  const at = timestampOf(Date.now());
  const of = { ...subject, ciphertextSha256, manifestHash, provider: PROVIDER };
  const receipt = makeStoreReceipt({ ...of, txId: 'f'.repeat(64), blockNumber: 1, storedAt: at }, provider);
  makeWrapsAcceptance({ wrapSet, set: readWrapSet(wrapSet), provider: PROVIDER, acceptedAt: at }, provider);
  // The gateway's again.
  checkStoreReceipt(receipt, of, { keys: [provider.publicKey], verifier });
  statement('announceRecord', 'authorities', gateway);
}

function exchange(url: string, body: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(url, { method: 'PUT', agent, headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('error', reject);
    answer.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString('utf8'));
      resolve();
    });
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

interface HttpRound {
  readonly requests: number;
  readonly url: string;
  readonly bodyBytes: number;
}

export type FloorWorker = typeof handlers;

serveWorker(handlers);
