import { canonicalJson, id128Of, toBase64url } from '@careledger/crypto';
import { STATEMENTS, accessControl, type StatementBody } from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { registerAttestor } from '@careledger/ledger';
import { connectAsAdmin, registerOnce, type AdminIdentity } from '@careledger/ledger/service';
import { makeStatement } from '@careledger/statements';
import type { ApiConfig } from './config.js';
import { KEY, openKeys } from './keys.js';

/**
 * Registers the authority's keys, endpoint and attestor on both channels, as its organisation's admin. Repeating it with the same
 * keys changes nothing. Resolves with the transactions' ids, of what was not rotated since.
 */
export async function register(
  config: ApiConfig,
  admin: AdminIdentity,
): Promise<Partial<Record<ChannelName, string>>> {
  await using keys = await openKeys(config.dataDir, config.keyPassphrase);
  const signer = keys.signer(KEY.signing);
  const { authorityId, kind, endpoint, networkId } = config;
  const { mspId } = config.ledger;
  const body: StatementBody<'registerAuthority'> = {
    authorityId,
    mspId,
    kind,
    signingKey: toBase64url(signer.publicKey),
    encryptionKey: toBase64url(keys.x25519(KEY.encryption).publicKey),
    breakGlassKey: toBase64url(keys.x25519(KEY.breakGlass).publicKey),
    endpoint,
  };
  const statement = makeStatement(
    {
      typ: STATEMENTS.registerAuthority.typ,
      iss: authorityId,
      aud: networkId,
      channels: CHANNELS,
      // One id for one set of keys, so that repeating the registration repeats the statement.
      sid: id128Of(canonicalJson(body)),
      iat: 0,
      body,
    },
    signer,
  );
  using ledger = connectAsAdmin(config.ledger, admin);
  const txIds: Partial<Record<ChannelName, string>> = {};
  for (const name of CHANNELS) {
    const channel = ledger.channel(name);
    const txId = await registerOnce(
      body,
      async () => (await channel.submit(accessControl, 'RegisterAuthority', { statement })).result.txId,
      () => channel.evaluate(accessControl, 'GetAuthority', { authorityId }),
    );
    if (txId !== undefined) txIds[name] = txId;
  }
  await registerAttestor(ledger, { networkId, mspId, signer: keys.signer(KEY.attestor) }, CHANNELS);
  return txIds;
}
