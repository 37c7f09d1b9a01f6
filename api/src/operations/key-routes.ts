import { accessControl } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { AuthorityId, NetworkId, PublicKey } from '@careledger/domain';
import { EXAMPLE } from '@careledger/domain/examples';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { currentKey } from '@careledger/policy';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { KEY } from '../keys.js';

/** Whether the ledger has exactly these keys in force, by the own peer; `unknown`: it could not be asked. */
const LedgerComparison = Type.Union([Type.Literal('same'), Type.Literal('differs'), Type.Literal('unknown')]);

const PublishedKeys = Type.Object({
  authorityId: AuthorityId,
  networkId: NetworkId,
  /** Ed25519, raw. */
  signingKey: PublicKey,
  /** X25519, raw. */
  encryptionKey: PublicKey,
  ledger: LedgerComparison,
});

export interface KeyRoutesOptions {
  readonly authorityId: string;
  readonly networkId: string;
  readonly keys: Pick<KeyStore, 'signer' | 'x25519'>;
  readonly channels: { readonly authorities: Pick<LedgerChannel, 'evaluate'> };
}

/** What this authority says of its own keys: patients hold a gateway's word against it. */
export function addKeyRoutes(
  app: ServiceApp,
  { authorityId, networkId, keys, channels }: KeyRoutesOptions,
): void {
  app.get(
    AUTHORITY_ROUTES.keys,
    {
      config: { public: true },
      schema: {
        summary:
          'This authority’s public keys, from its own key store, for patients and their signers; and whether the ledger has the same',
        response: {
          200: withExamples(PublishedKeys, {
            ...{ authorityId: EXAMPLE.authorityId, networkId: 'careledger' },
            ...{ signingKey: EXAMPLE.publicKey, encryptionKey: EXAMPLE.publicKey, ledger: 'same' },
          }),
        },
      },
    },
    async () => {
      const own = {
        signingKey: toBase64url(keys.signer(KEY.signing).publicKey),
        encryptionKey: toBase64url(keys.x25519(KEY.encryption).publicKey),
      };
      return { authorityId, networkId, ...own, ledger: await onLedger(own) };
    },
  );

  async function onLedger(own: { signingKey: string; encryptionKey: string }) {
    try {
      const { signingKeys, encryptionKeys } = await channels.authorities.evaluate(
        accessControl,
        'GetAuthority',
        { authorityId },
      );
      const [signing, encryption] = [currentKey(signingKeys), currentKey(encryptionKeys)];
      const isSame =
        signing !== undefined &&
        encryption !== undefined &&
        toBase64url(signing) === own.signingKey &&
        toBase64url(encryption) === own.encryptionKey;
      return isSame ? ('same' as const) : ('differs' as const);
    } catch (error) {
      if (error instanceof LedgerError) return 'unknown' as const;
      throw error;
    }
  }
}
