import { readFile } from 'node:fs/promises';
import { signLowS } from '@careledger/crypto/ecdsa';
import { describe, expect, test } from '@jest/globals';
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { Client, credentials, status } from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { failureOf } from '../../testing/failure.js';
import { TemporaryFolder, startTestDevnet } from '../../testing/network.js';
import type { Devnet } from '../devnet.js';
import { CertificateAuthority } from '../identity/certificate-authority.js';
import type { KeyedCertificate } from '../identity/certificate-authority.js';

const DEADLINE_MS = 3_000;

async function withTls<T>(
  devnet: Devnet,
  tls: KeyedCertificate | undefined,
  use: (gateway: Gateway) => Promise<T>,
  { claim = tls, root = undefined as Buffer | undefined } = {},
): Promise<T> {
  const at = devnet.connection.channels['ch']?.organizations['A'];
  if (!at) throw new Error('no endpoint');
  const identity = devnet.identityFolder('A', 'user');
  const trusted = root ?? (await readFile(at.tlsRoot));
  const client = new Client(
    at.endpoint,
    tls
      ? credentials.createSsl(trusted, Buffer.from(tls.key), Buffer.from(tls.certificate))
      : credentials.createSsl(trusted),
    { 'grpc.ssl_target_name_override': at.serverName },
  );
  const key = createPrivateKey(await readFile(`${identity}/key.pem`));
  const der = claim && new X509Certificate(claim.certificate).raw;
  const gateway = connect({
    client,
    identity: { mspId: 'A', credentials: await readFile(`${identity}/cert.pem`) },
    signer: (message) => Promise.resolve(signLowS(key, message)),
    hash: hash.none,
    ...(der && { tlsClientCertificateHash: createHash('sha256').update(der).digest() }),
    evaluateOptions: () => ({ deadline: Date.now() + DEADLINE_MS }),
  });
  try {
    return await use(gateway);
  } finally {
    gateway.close();
    client.close();
  }
}

const evaluate = (gateway: Gateway): Promise<Uint8Array> =>
  gateway.getNetwork('ch').getContract('probe').evaluateTransaction('get', 'k');

async function pair(folder: string): Promise<KeyedCertificate> {
  const [certificate, key] = await Promise.all([
    readFile(`${folder}/cert.pem`, 'utf8'),
    readFile(`${folder}/key.pem`, 'utf8'),
  ]);
  return { certificate, key };
}

describe('TLS', () => {
  test('a client that trusts another authority does not talk to the devnet', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    const other = CertificateAuthority.create('tlsca.other', 'other');
    const root = Buffer.from(other.material.certificate);
    const failure = await withTls(devnet, undefined, (gateway) => failureOf(evaluate(gateway)), { root });
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(failure.code);
  });

  test('mutual TLS: no certificate and a foreign one are turned away, an own one is served', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder, { requireClientCert: true });
    const none = await withTls(devnet, undefined, (gateway) => failureOf(evaluate(gateway)));
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(none.code);
    const foreign = CertificateAuthority.create('ca.A', 'A').issueTls('client', ['client'], []);
    const refused = await withTls(devnet, foreign, (gateway) => failureOf(evaluate(gateway)));
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(refused.code);
    const own = await pair(devnet.identityFolder('A', 'user'));
    expect(await withTls(devnet, own, evaluate)).toHaveLength(0);
  });

  test('mutual TLS: a request for blocks bound to another certificate is refused', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder, { requireClientCert: true });
    const own = await pair(devnet.identityFolder('A', 'user'));
    const other = await pair(devnet.identityFolder('A', 'admin'));
    const firstBlock = async (gateway: Gateway): Promise<number | undefined> => {
      const events = await gateway.getNetwork('ch').getBlockEvents({ startBlock: 0n });
      const { value } = await events[Symbol.asyncIterator]().next();
      events.close();
      return value?.getHeader()?.getNumber();
    };
    expect(await withTls(devnet, own, firstBlock)).toBe(0);
    await expect(withTls(devnet, own, firstBlock, { claim: other })).rejects.toThrow(
      'Unexpected status response: 400',
    );
  });
});
