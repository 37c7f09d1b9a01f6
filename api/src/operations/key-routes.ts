import { accessControl, type KeyPeriod } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { orUndefined, type LedgerChannel } from '@careledger/ledger';
import { currentKey } from '@careledger/policy';
import { PUBLISHED_KEYS_PATH, PublishedKeys } from '@careledger/protocol';
import { publishedKeys } from '@careledger/protocol/examples';
import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { KEY } from '../keys.js';
import { answerWithin } from '../ledger-port.js';

/** The own word stands without the ledger: nobody waits for long to hear whether that has the same. */
const LEDGER_ANSWER_MAX_MS = 2_000;

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
    PUBLISHED_KEYS_PATH,
    {
      config: { public: true },
      schema: {
        summary:
          'This authority’s public keys, from its own key store, for patients and their signers; and whether the ledger has the same',
        response: { 200: withExamples(PublishedKeys, publishedKeys) },
      },
    },
    async () => {
      const own = {
        signingKey: toBase64url(keys.signer(KEY.signing).publicKey),
        encryptionKey: toBase64url(keys.x25519(KEY.encryption).publicKey),
      };
      return { authorityId, networkId, ...own, ledger: await comparedWithLedger(own) };
    },
  );

  async function comparedWithLedger({
    signingKey,
    encryptionKey,
  }: Pick<PublishedKeys, 'signingKey' | 'encryptionKey'>): Promise<PublishedKeys['ledger']> {
    const onLedger = await answerWithin(LEDGER_ANSWER_MAX_MS, () =>
      orUndefined(
        channels.authorities.evaluate(accessControl, 'GetAuthority', { authorityId }),
        'AUTHORITY_UNKNOWN',
      ),
    );
    if (onLedger === undefined) return 'unknown';
    const { signingKeys, encryptionKeys } = onLedger;
    return isCurrent(signingKeys, signingKey) && isCurrent(encryptionKeys, encryptionKey)
      ? 'same'
      : 'differs';
  }
}

function isCurrent(periods: readonly KeyPeriod[], key: string): boolean {
  const current = currentKey(periods);
  return current !== undefined && toBase64url(current) === key;
}
