import { Value } from 'typebox/value';
import { RECORD_MAX_BYTES, RecordSeed, Tag, recordIdOf } from '@careledger/domain';
import { generateEd25519, generateX25519, nodeVerifier, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import {
  WRAPS_MAX,
  checkRecipientReceipt,
  decryptFrom,
  encryptTo,
  granteeTag,
  makeRecipientReceipt,
  makeWrapSet,
  matchWraps,
  newSalt,
  nextWrapSet,
  openRecord,
  readManifest,
  readRecipientReceipt,
  readWrapSet,
  recordSeedFor,
  saltedHash,
  scopeTag,
  sealRecord,
  wrapKey,
} from './index.js';

const verifier = nodeVerifier();
const author = generateEd25519().signer;
const gateway = generateEd25519().signer;
const [patient, hospital, insurer, breakGlass] = [
  generateX25519(),
  generateX25519(),
  generateX25519(),
  generateX25519(),
];
const patientId = `pat_${'a'.repeat(32)}`;
const secret = newSalt();
const content = utf8('{"resourceType":"Bundle"}');
const code = (value: string) => expect.objectContaining({ code: value });

async function store(version = 1, prevVersionHash: string | null = null) {
  const seed = recordSeedFor(secret, { patientId, kind: 'periodic', key: '2026-01-01T00:00:00.000Z' });
  const recordId = recordIdOf({ author: 'aut_hospital', patientId, seed }, sha256);
  const aad = {
    v: 2 as const,
    recordId,
    version,
    patientId,
    author: 'aut_hospital',
    tagGroups: [],
    prevVersionHash,
  };
  const sealed = sealRecord({ content, aad }, author);
  const subject = { recordId, version };
  const wraps = [
    await wrapKey(sealed.contentKey, subject, { publicKey: patient.publicKey }),
    await wrapKey(sealed.contentKey, subject, { publicKey: breakGlass.publicKey, breakGlass: true }),
  ];
  const parts = {
    ...sealed,
    wrapSet: makeWrapSet({ ...subject, manifestHash: sealed.manifestHash, wraps }, author),
    expected: { recordId, patientId, version, author: 'aut_hospital', manifestHash: sealed.manifestHash },
    authorKeys: [author.publicKey],
    wrapSigners: {
      author: [{ key: toBase64url(author.publicKey), from: '2026-01-01T00:00:00Z' }],
      gateway: [{ key: toBase64url(gateway.publicKey), from: '2026-01-01T00:00:00Z' }],
    },
    verifier,
    wraps: wraps.map(({ jwe }) => jwe),
    wrap: wraps[0]?.jwe ?? '',
  };
  return parts;
}

test('a later grantee is let in by the gateway, and by nobody who cannot open the record', async () => {
  const parts = await store();
  await expect(openRecord({ ...parts, recipientKey: hospital })).rejects.toEqual(code('NOT_A_RECIPIENT'));
  const change = {
    add: [hospital, patient, hospital].map(({ publicKey }) => ({ publicKey })),
    drop: new Set<string>(),
  };
  await expect(nextWrapSet({ ...parts, ownKey: insurer }, change, gateway)).rejects.toEqual(
    code('NOT_A_RECIPIENT'),
  );

  const next = await nextWrapSet({ ...parts, ownKey: patient }, change, gateway);
  if (next === undefined) throw new Error('Somebody is new');
  expect(next.wraps.map(({ kid }) => kid)).toEqual([patient.kid, breakGlass.kid, hospital.kid]);
  const { wrapSet } = next;
  const wraps = next.wraps.map(({ jwe }) => jwe);
  const opened = await openRecord({ ...parts, wrapSet, wrap: wraps[2] ?? '', recipientKey: hospital });
  expect(opened.content).toEqual(content);
  expect(opened.wrapSet.seq).toBe(2);
  expect(opened.wrapSet.wraps[1]?.breakGlass).toBe(true);
  expect((await openRecord({ ...parts, wrapSet, recipientKey: patient })).content).toEqual(content);
  expect(await nextWrapSet({ ...parts, wrapSet, wraps, ownKey: patient }, change, gateway)).toBeUndefined();
});

test('whose grant is gone has no wrap in the next set, and the patient’s own cannot go', async () => {
  const parts = await store();
  const gone = { add: [], drop: new Set([breakGlass.kid]) };
  const next = await nextWrapSet({ ...parts, ownKey: patient }, gone, gateway);
  expect(next?.wraps.map(({ kid }) => kid)).toEqual([patient.kid]);
  const own = { add: [], drop: new Set([patient.kid]) };
  await expect(nextWrapSet({ ...parts, ownKey: patient }, own, gateway)).rejects.toEqual(
    code('NOT_A_RECIPIENT'),
  );
});

test('another key of the patient’s takes the place of the former one, in one step; who has that opens nothing of the set', async () => {
  const parts = await store();
  const successor = generateX25519();
  const change = { add: [], drop: new Set([patient.kid]), successor };
  const next = await nextWrapSet({ ...parts, ownKey: patient }, change, gateway);
  expect(next?.wraps.map(({ kid }) => kid)).toEqual([breakGlass.kid, successor.kid]);
  const [wrapSet = '', wrap = ''] = [next?.wrapSet, next?.wraps.at(-1)?.jwe];
  expect((await openRecord({ ...parts, wrapSet, wrap, recipientKey: successor })).content).toEqual(content);
  const thiefs = openRecord({ ...parts, wrapSet, wrap, recipientKey: patient });
  await expect(thiefs).rejects.toMatchObject({ name: 'EnvelopeError' });
});

test('a wrap set says nothing of who its recipients are', async () => {
  const { wrapSet } = await store();
  const shown = JSON.stringify(readWrapSet(wrapSet));
  for (const { kid } of [patient, breakGlass]) expect(shown).not.toContain(kid);
});

test('wraps beside a set are those that it signs for: none exchanged, left out, added or twice', async () => {
  const { wrapSet, wraps } = await store();
  const other = await store();
  const set = readWrapSet(wrapSet);
  expect(matchWraps(set, wraps).map(({ kid }) => kid)).toEqual([patient.kid, breakGlass.kid]);
  const [first = '', second = ''] = wraps;
  for (const wrong of [
    [second, first],
    [first],
    [...wraps, first],
    [first, other.wraps[1] ?? ''],
    [first, first],
  ])
    expect(() => matchWraps(set, wrong)).toThrow(code('WRAP_MISMATCH'));
  const { recordId, version, manifestHash } = set;
  const twice = [first, first].map((jwe) => ({ kid: patient.kid, jwe }));
  const doubled = readWrapSet(makeWrapSet({ recordId, version, manifestHash, wraps: twice }, author));
  expect(() => matchWraps(doubled, [first, first])).toThrow(code('WRAP_MISMATCH'));
});

test('an old wrap set does not open a new version, nor the new one an old ciphertext', async () => {
  const first = await store();
  const second = await store(2, first.manifestHash);
  expect(readManifest(second.manifest).aad.prevVersionHash).toBe(first.manifestHash);
  await expect(openRecord({ ...second, wrapSet: first.wrapSet, recipientKey: patient })).rejects.toEqual(
    code('WRAP_SET_MISMATCH'),
  );
  await expect(
    openRecord({ ...second, ciphertext: first.ciphertext, recipientKey: patient }),
  ).rejects.toEqual(code('CIPHERTEXT_HASH_MISMATCH'));
});

test('sealing twice gives two keys and two ciphertexts', async () => {
  const [a, b] = [await store(), await store()];
  expect(a.expected.recordId).toBe(b.expected.recordId);
  expect(a.contentKey).not.toEqual(b.contentKey);
  expect(a.ciphertext).not.toEqual(b.ciphertext);
});

test('former keys of the author still open, keys unknown to the reader do not', async () => {
  const parts = await store();
  const other = generateEd25519().signer.publicKey;
  const authorKeys = [other, author.publicKey];
  expect((await openRecord({ ...parts, authorKeys, recipientKey: patient })).content).toEqual(content);
  await expect(openRecord({ ...parts, authorKeys: [other], recipientKey: patient })).rejects.toEqual(
    code('MANIFEST_SIGNER_UNKNOWN'),
  );
});

test('what is too large, or for no key, is refused before anything leaves', async () => {
  const { recordId } = (await store()).expected;
  const aad = {
    v: 2 as const,
    recordId,
    version: 1,
    patientId,
    author: patientId,
    tagGroups: [],
    prevVersionHash: null,
  };
  expect(() => sealRecord({ content: new Uint8Array(RECORD_MAX_BYTES - 27), aad }, author)).toThrow(
    code('CONTENT_TOO_LARGE'),
  );
  expect(sealRecord({ content: new Uint8Array(RECORD_MAX_BYTES - 28), aad }, author).ciphertext).toHaveLength(
    RECORD_MAX_BYTES,
  );
  expect(() => sealRecord({ content, aad: { ...aad, recordId: 'rec_short' } }, author)).toThrow(
    code('MANIFEST_MALFORMED'),
  );
  for (const publicKey of [new Uint8Array(32), new Uint8Array(31)]) {
    await expect(wrapKey(newSalt(), { recordId, version: 1 }, { publicKey })).rejects.toEqual(
      code('RECIPIENT_KEY_INVALID'),
    );
  }
});

test('as many recipients as there may be fit into a wrap set', async () => {
  const { contentKey, manifestHash, expected } = await store();
  const { recordId } = expected;
  const wrap = await wrapKey(contentKey, { recordId, version: 1 }, { publicKey: patient.publicKey });
  const set = makeWrapSet(
    { recordId, version: 1, manifestHash, wraps: Array.from({ length: WRAPS_MAX }, () => wrap) },
    gateway,
  );
  expect(readWrapSet(set).wraps).toHaveLength(WRAPS_MAX);
});

test('a blob opens for each of those concerned, in its context only', async () => {
  const data = utf8('kept at the hospital, shelf 4');
  for (const recipients of [[hospital], [hospital, patient]]) {
    const sealed = await encryptTo(
      recipients.map(({ publicKey }) => publicKey),
      data,
      { context: 'visit-location' },
    );
    expect(sealed).toMatch(/^[A-Za-z0-9_.-]+$/);
    for (const key of recipients) {
      expect(await decryptFrom(sealed, [insurer, key], { context: 'visit-location' })).toEqual(data);
    }
    const refusals: [Parameters<typeof decryptFrom>, string][] = [
      [[sealed, hospital, { context: 'grant' }], 'SEALED_CONTEXT_MISMATCH'],
      [[sealed, insurer, { context: 'visit-location' }], 'NOT_A_RECIPIENT'],
      [[sealed, { ...insurer, kid: hospital.kid }, { context: 'visit-location' }], 'DECRYPTION_FAILED'],
      [[sealed, hospital, { context: 'visit-location', maxChars: 100 }], 'SEALED_MALFORMED'],
    ];
    for (const [args, expected] of refusals)
      await expect(decryptFrom(...args)).rejects.toEqual(code(expected));
  }
  await expect(encryptTo([], data, { context: 'x' })).rejects.toEqual(code('RECIPIENT_KEY_INVALID'));
  await expect(decryptFrom('e30', hospital, { context: 'x' })).rejects.toEqual(code('SEALED_MALFORMED'));
});

test('a recipient’s receipt stands for one permit', async () => {
  const { manifestHash, ciphertextSha256, expected } = await store();
  const body = {
    recordId: expected.recordId,
    version: 1,
    manifestHash,
    ciphertextSha256,
    provider: 'prv_cloud-a',
    recipient: 'aut_hospital',
    permitTxId: '0f'.repeat(32),
    receivedAt: '2026-01-01T00:00:00Z',
  };
  const token = makeRecipientReceipt(body, author);
  const signers = { keys: [author.publicKey], verifier };
  expect(readRecipientReceipt(token)).toEqual(body);
  expect(checkRecipientReceipt(token, { permitTxId: body.permitTxId }, signers)).toEqual(body);
  expect(() => checkRecipientReceipt(token, { permitTxId: 'f0'.repeat(32) }, signers)).toThrow(
    code('RECEIPT_MISMATCH'),
  );
  expect(() => makeRecipientReceipt({ ...body, provider: 'cloud-a' }, author)).toThrow(
    code('RECEIPT_MALFORMED'),
  );
});

test('seeds and tags have the form of the domain, repeat, and differ by every term and by who asks', () => {
  const identity = { patientId, kind: 'periodic', key: 'a' };
  const seeds = [
    recordSeedFor(secret, identity),
    recordSeedFor(newSalt(), identity),
    recordSeedFor(secret, { ...identity, kind: 'emergency' }),
    recordSeedFor(secret, { ...identity, key: 'b' }),
  ];
  expect(new Set(seeds).size).toBe(4);
  expect(recordSeedFor(secret, { ...identity })).toBe(seeds[0]);
  for (const seed of seeds) expect(Value.Check(RecordSeed, seed)).toBe(true);
  const tags = [
    scopeTag(secret, { category: 'a', resourceType: 'b' }),
    scopeTag(secret, { category: 'a', resourceType: 'c' }),
    scopeTag(secret, { label: 'a' }),
    scopeTag(secret, { system: 'a', code: 'b' }),
    scopeTag(secret, { author: 'aut_a' }),
    scopeTag(secret, { author: 'aut_a', practitionerId: 'u' }),
    scopeTag(secret, { encounter: 'u' }),
    scopeTag(secret, { recordId: 'u' }),
    granteeTag(secret, { authorityId: 'a', unit: 'u' }),
    granteeTag(secret, { authorityId: 'a', role: 'u' }),
  ];
  expect(new Set(tags).size).toBe(10);
  for (const tag of tags) expect(Value.Check(Tag, tag)).toBe(true);
  expect(saltedHash(secret, content)).not.toBe(saltedHash(newSalt(), content));
  expect(() => saltedHash(new Uint8Array(8), content)).toThrow(RangeError);
});
