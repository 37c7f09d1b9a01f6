import { STATEMENTS, accessControl, type StatementBody } from '@careledger/contracts';
import { canonicalJson, id128Of, toBase64url } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { connectAsAdmin, registerOnce, type AdminIdentity } from '@careledger/ledger/service';
import { prepareDataDir } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import type { CloudConfig } from './config.js';
import { KEY, openKeys } from './keys.js';

/** Where a provider is registered. */
export const PROVIDER_CHANNELS: readonly ChannelName[] = ['cloud'];

/**
 * Registers the provider's keys and endpoint on channel `cloud`, as its organisation's admin. Repeating it with the same
 * keys changes nothing. Resolves with the transaction's id, unless the keys were rotated since.
 */
export async function register(config: CloudConfig, admin: AdminIdentity): Promise<string | undefined> {
  prepareDataDir(config.dataDir);
  await using keys = await openKeys(config.dataDir, config.keyPassphrase);
  const signer = keys.signer(KEY.signing);
  const { mspId } = config.ledger;
  const body: StatementBody<'registerProvider'> = {
    providerId: config.providerId,
    mspId,
    signingKey: toBase64url(signer.publicKey),
    encryptionKey: toBase64url(keys.x25519(KEY.encryption).publicKey),
    endpoint: config.endpoint,
  };
  using ledger = connectAsAdmin(config.ledger, admin);
  const statement = makeStatement(
    {
      typ: STATEMENTS.registerProvider.typ,
      iss: config.providerId,
      aud: config.networkId,
      channels: PROVIDER_CHANNELS,
      // One id for one set of keys, so that repeating the registration repeats the statement.
      sid: id128Of(canonicalJson(body)),
      iat: 0,
      body,
    },
    signer,
  );
  const cloud = ledger.channel('cloud');
  return await registerOnce(
    body,
    async () => (await cloud.submit(accessControl, 'RegisterProvider', { statement })).result.txId,
    () => cloud.evaluate(accessControl, 'GetProvider', { providerId: config.providerId }),
  );
}
