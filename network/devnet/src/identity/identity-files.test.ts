import { createPrivateKey } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';
import { signLowS } from '@careledger/crypto/ecdsa';
import { TemporaryFolder, TestClient, startTestDevnet, textOf } from '../../testing/network.js';
import type { Devnet } from '../devnet.js';

/** The only file of a folder, as clients of Fabric find a certificate or a key whose name they cannot know. */
async function onlyFileOf(folder: string): Promise<Buffer> {
  const [name, ...others] = await readdir(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder} has not one file`);
  return readFile(join(folder, name));
}

/** Submits as a client that knows an MSP folder and nothing else. */
async function submitFrom(msp: string, devnet: Devnet, value: string): Promise<string> {
  const at = devnet.connection.channels['ch']?.organizations['A'];
  if (!at) throw new Error('no endpoint');
  const certificate = await onlyFileOf(join(msp, 'signcerts'));
  const key = createPrivateKey(await onlyFileOf(join(msp, 'keystore')));
  const client = new Client(at.endpoint, credentials.createSsl(await readFile(at.tlsRoot)), {
    'grpc.ssl_target_name_override': at.serverName,
  });
  const gateway = connect({
    client,
    identity: { mspId: 'A', credentials: certificate },
    signer: (message) => Promise.resolve(signLowS(key, message)),
    hash: hash.none,
  });
  try {
    return textOf(await gateway.getNetwork('ch').getContract('probe').submitTransaction('put', 'k', value));
  } finally {
    gateway.close();
    client.close();
  }
}

/** The folder of an identity as earlier versions wrote it. */
async function asMerePair(folder: string): Promise<void> {
  const [certificate, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((file) => readFile(join(folder, file))),
  );
  await rm(folder, { recursive: true });
  await mkdir(folder);
  await writeFile(join(folder, 'cert.pem'), certificate ?? '');
  await writeFile(join(folder, 'key.pem'), key ?? '', { mode: 0o644 });
}

describe('a key in a folder beside its certificate', () => {
  test('is no longer mistaken for it: the MSP folder keeps each in a folder of its own, the files are there too', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    await devnet.issueIdentity({ mspId: 'A', name: 'clerk' });
    for (const name of ['user', 'admin', 'clerk']) {
      const msp = join(devnet.identityFolder('A', name), 'msp');
      expect(await submitFrom(msp, devnet, name)).toBe(name);
      using client = await TestClient.open(devnet, 'ch', 'A', { name });
      expect(textOf(await client.contract().evaluateTransaction('get', 'k'))).toBe(name);
    }
  });

  test('can be read by its owner alone', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    const identity = devnet.identityFolder('A', 'user');
    const modeOf = async (path: string): Promise<number> => (await stat(join(identity, path))).mode & 0o777;
    expect(await modeOf('msp/keystore')).toBe(0o700);
    expect(await modeOf('msp/keystore/key.pem')).toBe(0o600);
    expect(await modeOf('key.pem')).toBe(0o600);
  });

  test('that an earlier version left gets its own folder at the next start', async () => {
    await using folder = await TemporaryFolder.make();
    const first = await startTestDevnet(folder);
    await first.issueIdentity({ mspId: 'A', name: 'clerk' });
    const folders = ['user', 'clerk', 'peer'].map((name) => first.identityFolder('A', name));
    const certificates = await Promise.all(folders.map((each) => readFile(join(each, 'cert.pem'), 'utf8')));
    await first.close();
    await Promise.all(folders.map(asMerePair));

    await using devnet = await startTestDevnet(folder);
    for (const [index, each] of folders.entries()) {
      expect(await readFile(join(each, 'cert.pem'), 'utf8')).toBe(certificates[index]);
      expect((await stat(join(each, 'key.pem'))).mode & 0o777).toBe(0o600);
    }
    expect(await submitFrom(join(devnet.identityFolder('A', 'clerk'), 'msp'), devnet, 'v')).toBe('v');
  });

  test('issued again, is replaced in both folders', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    await devnet.issueIdentity({ mspId: 'A', name: 'clerk' });
    const issued = await devnet.issueIdentity({ mspId: 'A', name: 'clerk' });
    for (const [file, text] of [
      ['cert.pem', issued.certificate],
      ['msp/signcerts/cert.pem', issued.certificate],
      ['key.pem', issued.key],
      ['msp/keystore/key.pem', issued.key],
    ] as const) {
      expect(await readFile(join(issued.folder, file), 'utf8')).toBe(text);
    }
  });
});
