import { EXAMPLE } from '@careledger/domain/examples';
import { exampleStatement } from '@careledger/contracts/examples';
import type { PassphraseBody, PassphraseView } from './schemas.js';

export const passphraseChange: PassphraseBody = {
  passphrase: EXAMPLE.passphrase,
  newPassphrase: 'five other words that I shall remember',
};
export const passphraseChanged: PassphraseView = { changedAt: EXAMPLE.at[1] };

export const readyRotation = {
  statement: exampleStatement('rotatePatientKey', {
    use: 'consent',
    newKey: EXAMPLE.otherPublicKey,
    newKeyProof: exampleStatement('keyProof', { key: EXAMPLE.otherPublicKey }),
  }),
};
