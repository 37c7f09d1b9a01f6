import { Timestamp, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

export const PassphraseBody = closedObject({
  passphrase: Passphrase,
  newPassphrase: Type.String({
    minLength: 1,
    maxLength: 1_024,
    description: 'Opens the consent key from now on: at least 12 characters',
  }),
});
export type PassphraseBody = Static<typeof PassphraseBody>;

export const PassphraseView = Type.Object({ changedAt: Timestamp });
export type PassphraseView = Static<typeof PassphraseView>;
