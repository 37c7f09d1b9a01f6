import { EXAMPLE, EXAMPLE_JWE } from '@careledger/domain/examples';
import { exampleStatement } from '@careledger/contracts/examples';
import type { KeyOfferBody, KeyOfferView, PassphraseBody, PassphraseView, ScopeKeyView } from './schemas.js';

export const passphraseChange: PassphraseBody = {
  passphrase: EXAMPLE.passphrase,
  newPassphrase: 'five other words that I shall remember',
};
export const passphraseChanged: PassphraseView = { changedAt: EXAMPLE.at[1] };

export const offerBody: KeyOfferBody = { use: 'gateway' };
export const offer: KeyOfferView = {
  use: 'gateway',
  newKey: EXAMPLE.otherPublicKey,
  newKeyProof: exampleStatement('keyProof', { key: EXAMPLE.otherPublicKey }),
};

export const scopeKey: ScopeKeyView = {
  ...{ consentKey: EXAMPLE.otherPublicKey, firstKey: EXAMPLE.publicKey, sealed: EXAMPLE_JWE },
};
export const recordsOfferBody: KeyOfferBody = { use: 'encryption' };
export const recordsOffer: KeyOfferView = { use: 'encryption', newKey: EXAMPLE.otherPublicKey };

export const readyRotation = {
  statement: exampleStatement('rotatePatientKey', {
    use: 'consent',
    newKey: EXAMPLE.otherPublicKey,
    newKeyProof: exampleStatement('keyProof', { key: EXAMPLE.otherPublicKey }),
  }),
};
