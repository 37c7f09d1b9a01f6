import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CryptoError, generateEd25519, kidOf, type Signer } from '@careledger/crypto';
import {
  changeKeyStorePassphrase,
  createKeyStore,
  openKeyStore,
  type KeyStore,
  type Scrypt,
} from '@careledger/crypto/key-store';
import { PatientError } from './errors.js';

/** NIST SP 800-63B section 3.1.1: at least 8 characters; this one guards a file that can be tried offline. */
const PASSPHRASE_MIN_CHARS = 12;
const CONSENT_KEY = 'consent';

/** Where consent keys lie and how hard they are to try: one encrypted file per patient, under the patient's passphrase. */
export interface ConsentKeyFolder {
  readonly folder: string;
  /** Base-2 logarithm of scrypt's N; that of the key store unless set. */
  readonly scryptLogN?: number;
}

/** What opens a consent key, and where the passphrase becomes a key. */
export interface ConsentUnlock {
  readonly passphrase: string;
  readonly scrypt: Scrypt;
}

/** A key that is not kept anywhere yet. */
export function newConsentKey(): { readonly seed: Uint8Array; readonly signer: Signer } {
  return generateEd25519();
}

/** Puts the key into a file of its own. @throws PatientError `PASSPHRASE_TOO_SHORT` */
export async function keepConsentKey(
  { folder, scryptLogN }: ConsentKeyFolder,
  patientId: string,
  seed: Uint8Array,
  { passphrase, scrypt }: ConsentUnlock,
): Promise<void> {
  assertPassphrase(passphrase);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await using store = await createKeyStore({
    path: pathOf(folder, patientId),
    unlock: { passphrase },
    scrypt,
    ...(scryptLogN !== undefined && { scryptLogN }),
  });
  await store.put({ name: CONSENT_KEY, type: 'ed25519', secret: seed });
}

/** Which consent key counts, raw: of the keys of a file, the one to be used. */
export interface InForce {
  readonly inForce: () => Uint8Array;
}

/**
 * Opens a patient's consent key for one decision. Keep the signer no longer than that. One that was staged and is in force
 * by now takes the place of the one before it.
 * @throws CryptoError `KEY_STORE_LOCKED` for a wrong passphrase, `KEY_NOT_FOUND` where the key in force is elsewhere
 */
export async function unlockConsentKey(
  folder: ConsentKeyFolder,
  patientId: string,
  unlock: ConsentUnlock,
  inForce: InForce,
): Promise<Signer> {
  await using store = await openFile(folder, patientId, unlock);
  return await currentSigner(store, inForce);
}

/** {@link unlockConsentKey}, and the key that is to follow. Asked again, the same one. */
export async function stageConsentKey(
  folder: ConsentKeyFolder,
  patientId: string,
  unlock: ConsentUnlock,
  inForce: InForce,
): Promise<{ readonly signer: Signer; readonly successor: Signer }> {
  await using store = await openFile(folder, patientId, unlock);
  const signer = await currentSigner(store, inForce);
  return { signer, successor: await store.stageSigner(CONSENT_KEY) };
}

const openFile = (
  { folder }: ConsentKeyFolder,
  patientId: string,
  { passphrase, scrypt }: ConsentUnlock,
): Promise<KeyStore> => openKeyStore({ path: pathOf(folder, patientId), unlock: { passphrase }, scrypt });

async function currentSigner(store: KeyStore, { inForce }: InForce): Promise<Signer> {
  const kid = kidOf('Ed25519', inForce());
  const state = store.list().find((key) => key.name === CONSENT_KEY && key.kid === kid)?.state;
  if (state === undefined || state === 'retired')
    throw new CryptoError('KEY_NOT_FOUND', 'The consent key in force is not kept here');
  if (state === 'staged') await store.completeRotation(CONSENT_KEY);
  return store.signer(CONSENT_KEY);
}

/**
 * Seals a patient's consent key under another passphrase; killed in the middle, one of the two opens it. Where the new one
 * opens it already nothing is left to do: a request that comes again is answered as the first time.
 * @throws CryptoError `KEY_STORE_LOCKED` where neither opens it, `KEY_NOT_FOUND`; PatientError `PASSPHRASE_TOO_SHORT`
 */
export async function changeConsentPassphrase(
  { folder, scryptLogN }: ConsentKeyFolder,
  patientId: string,
  { passphrase, scrypt }: ConsentUnlock,
  newPassphrase: string,
): Promise<void> {
  assertPassphrase(newPassphrase);
  const cost = scryptLogN === undefined ? {} : { scryptLogN };
  const path = pathOf(folder, patientId);
  await changeKeyStorePassphrase({ path, unlock: { passphrase }, scrypt, ...cost }, newPassphrase);
}

/** @throws PatientError `PASSPHRASE_TOO_SHORT` */
export function assertPassphrase(passphrase: string): void {
  if (passphrase.length < PASSPHRASE_MIN_CHARS) {
    throw new PatientError(
      'PASSPHRASE_TOO_SHORT',
      `A passphrase has at least ${PASSPHRASE_MIN_CHARS} characters: it guards the consent key`,
    );
  }
}

function pathOf(folder: string, patientId: string): string {
  return join(folder, `${patientId}.json`);
}
