import { FORMER_PATIENT_KEY_TAKEN_S, STATEMENTS, type KeyPeriod } from '@careledger/contracts';
import { generateEd25519, generateX25519, nodeVerifier, sha256, toBase64url } from '@careledger/crypto';
import { recordIdOf } from '@careledger/domain';
import { makeWrapSet, sealRecord, wrapKey } from '@careledger/envelope';
import { makeStatement } from '@careledger/statements';
import { expect, test } from '@jest/globals';
import { checkAuthor, registeredFor } from './author.js';
import { readIncoming } from './incoming.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const HOSPITAL = 'aut_hospital';
const PROVIDER = 'prv_cloud-a';
const REPLACED_MS = Date.UTC(2026, 4, 5, 12);
const TAKEN_MS = FORMER_PATIENT_KEY_TAKEN_S * 1_000;
const at = (ms: number): string => new Date(ms).toISOString();
const since = (publicKey: Uint8Array, until?: string): KeyPeriod => ({
  ...{ key: toBase64url(publicKey), from: at(0) },
  ...(until !== undefined && { until }),
});

const { signer } = generateEd25519();
const [hospital, former, present] = [generateX25519(), generateX25519(), generateX25519()];

/** Whether a version for one of the patient's keys is taken so long after the other took its place, or why not. */
async function takenAt(author: string, patientKey: Uint8Array, nowMs: number): Promise<unknown> {
  const seed = toBase64url(sha256(new Uint8Array(1)));
  const subject = { recordId: recordIdOf({ author, patientId: PATIENT, seed }, sha256), version: 1 };
  const aad = { ...{ v: 2 as const, ...subject, patientId: PATIENT, author }, tagGroups: [] };
  const sealed = sealRecord({ content: Uint8Array.of(1), aad: { ...aad, prevVersionHash: null } }, signer);
  const { contentKey, manifest, manifestHash, ciphertext } = sealed;
  const readers = author === PATIENT ? [patientKey] : [patientKey, hospital.publicKey];
  const wraps = await Promise.all(readers.map((publicKey) => wrapKey(contentKey, subject, { publicKey })));
  const body = {
    ...{ patientId: PATIENT, ...subject, seed, prevVersionHash: null, tagGroups: [], manifestHash },
    ...{ kind: author === PATIENT ? 'periodic' : 'clinical', providerId: PROVIDER },
    ...{ period: { start: at(0), end: at(1) }, sizeBytes: ciphertext.length },
    ciphertextSha256: toBase64url(sha256(ciphertext)),
  };
  const about = { iss: author, aud: 'net', channels: ['cloud' as const], iat: 1, body };
  const request = {
    ...{ manifest, ciphertext: toBase64url(ciphertext), wraps: wraps.map(({ jwe }) => jwe) },
    statement: makeStatement({ typ: STATEMENTS.storeRecord.typ, ...about }, signer),
    wrapSet: makeWrapSet({ ...subject, manifestHash, wraps }, signer),
  };
  const encryptionKeys = [since(former.publicKey, at(REPLACED_MS)), since(present.publicKey)];
  const own = [since(signer.publicKey)];
  const ownPeer = {
    patients: async () => new Map([[PATIENT, { gatewayKeys: own, encryptionKeys }]]),
    authority: async () => ({ signingKeys: own, encryptionKeys: [since(hospital.publicKey)] }),
  };
  const clock = () => ({ wallMs: nowMs, monotonicMs: 0 });
  const options = { ownPeer: ownPeer as never, networkId: 'net', verifier: nodeVerifier(), clock };
  const incoming = readIncoming(request, PROVIDER, subject);
  const registered = await registeredFor([incoming], options);
  return checkAuthor(incoming, registered, options).then(
    () => 'taken',
    (error: { readonly members?: { readonly reason?: string } }) => error.members?.reason ?? error,
  );
}

test('an authority that has not heard of the patient’s next key has a day, and is refused then', async () => {
  const by = (key: Uint8Array, ms: number) => takenAt(HOSPITAL, key, REPLACED_MS + ms);
  expect(await by(former.publicKey, TAKEN_MS - 1)).toBe('taken');
  expect(await by(former.publicKey, TAKEN_MS)).toBe('RECIPIENT_MISSING');
  expect(await by(present.publicKey, TAKEN_MS)).toBe('taken');
});

test('what the patient’s own gateway had sealed before is taken however late it comes: it follows up the wraps', async () => {
  expect(await takenAt(PATIENT, former.publicKey, REPLACED_MS + 10 * TAKEN_MS)).toBe('taken');
  expect(await takenAt(PATIENT, generateX25519().publicKey, REPLACED_MS)).toBe('RECIPIENT_MISSING');
});
