import { CompactJws } from '@careledger/contracts';
import { PublicKey, Timestamp, closedObject } from '@careledger/domain';
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

/** The key with which this gateway signs for a patient: records, blocks, anchors, questions for the patient's own records. */
const GatewayUse = Type.Literal('gateway');

/** The key that opens a patient's records. */
const EncryptionUse = Type.Literal('encryption');

export const KeyOfferBody = closedObject({
  use: Type.Optional(
    Type.Union([GatewayUse, EncryptionUse], {
      description:
        'Which key: `gateway`, with which it signs for the patient, unless said; `encryption`, which opens the records',
    }),
  ),
});
export type KeyOfferBody = Static<typeof KeyOfferBody>;

const ofOffer = {
  title: 'KeyOffer',
  description:
    'The body of the `rotatePatientKey` statement that the patient is to sign. A key that only opens proves nothing',
};
export const KeyOfferView = Type.Union(
  [
    closedObject({ use: GatewayUse, newKey: PublicKey, newKeyProof: CompactJws }),
    closedObject({ use: EncryptionUse, newKey: PublicKey }),
  ],
  ofOffer,
);
export type KeyOfferView = Static<typeof KeyOfferView>;

export const ScopeKeyView = Type.Object(
  {
    consentKey: Type.Unsafe<string>({
      ...PublicKey,
      description: 'The consent key in force: it alone opens `sealed`',
    }),
    firstKey: Type.Unsafe<string>({
      ...PublicKey,
      description: 'The consent key that the patient registered with: the patient ID is its hash',
    }),
    sealed: Type.String({
      description:
        'The 32 bytes of the scope key, sealed (`ctx` `scope-key`) to the X25519 key that belongs to `consentKey`',
    }),
  },
  { title: 'ScopeKeyView' },
);
export type ScopeKeyView = Static<typeof ScopeKeyView>;

export const RotateBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({
    passphrase: Passphrase,
    use: Type.Optional(
      Type.Union([Type.Literal('consent'), GatewayUse, EncryptionUse], {
        description: 'Which key: `consent` unless said',
      }),
    ),
  }),
]);
export type RotateBody = Static<typeof RotateBody>;
