import { CryptoError, type Signer } from '@careledger/crypto';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import { ConsentError } from './errors.js';

/** A passphrase, and the token that it came with: see `unlockOf` of the routes. */
export interface ConsentPassphrase {
  readonly passphrase: string;
  readonly caller: string;
}

/**
 * Opens the consent key that this gateway keeps under the patient's passphrase.
 * @throws ConsentError `CONSENT_KEY_LOCKED`; PatientError `PASSPHRASE_BACKOFF`, `PASSPHRASES_BUSY`
 */
export async function openConsentKey(
  core: Pick<GatewayCore, 'patients'>,
  { patientId }: Patient,
  { passphrase, caller }: ConsentPassphrase,
): Promise<Signer> {
  return lockedAsProblem(core.patients.unlockConsent(patientId, passphrase, caller));
}

/** The consent key, and one to follow it that lies beside it. Errors as {@link openConsentKey}. */
export async function stageConsentKey(
  core: Pick<GatewayCore, 'patients'>,
  { patientId }: Patient,
  { passphrase, caller }: ConsentPassphrase,
): Promise<{ readonly signer: Signer; readonly successor: Signer }> {
  return lockedAsProblem(core.patients.stageConsent(patientId, passphrase, caller));
}

/**
 * Has another passphrase open it from now on. The same request again changes nothing.
 * @throws ConsentError `CONSENT_KEY_LOCKED`; PatientError `PASSPHRASE_TOO_SHORT`, `PASSPHRASE_BACKOFF`, `PASSPHRASES_BUSY`
 */
export async function changePassphrase(
  core: Pick<GatewayCore, 'patients'>,
  { patientId }: Patient,
  { passphrase, caller }: ConsentPassphrase,
  newPassphrase: string,
): Promise<void> {
  await lockedAsProblem(core.patients.changePassphrase(patientId, { passphrase, newPassphrase }, caller));
}

async function lockedAsProblem<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ConsentError('CONSENT_KEY_LOCKED', 'This passphrase does not open the consent key', { cause });
  }
}
