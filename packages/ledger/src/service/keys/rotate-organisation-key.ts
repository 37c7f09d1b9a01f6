import { STATEMENTS, accessControl, type StatementBody } from '@careledger/contracts';
import { id128Of, toBase64url, type Signer } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';
import { LedgerError } from '../../error.js';
import type { LedgerChannel } from '../../channel.js';
import type { Ledger } from '../../ledger.js';

type Body = StatementBody<'rotateOrganisationKey'>;

/** Which key of an authority or a provider. */
export interface OrganisationKey {
  /** `authorityId` or `providerId`. */
  readonly issuer: string;
  readonly networkId: string;
  readonly use: Body['use'];
  /** Its name in the key store. */
  readonly name: string;
  /** The name there of the key that signs for the organisation. */
  readonly signingName: string;
  /** Those on which it is registered. */
  readonly channels: readonly ChannelName[];
}

/** What became of a rotation, for people. */
export interface Rotated {
  readonly use: string;
  /** Raw, base64url. */
  readonly newKey: string;
  /** By channel; of those that had the key already, none. */
  readonly txIds: Readonly<Record<string, string>>;
}

/**
 * Puts a new key in the place of an organisation's, on the ledger first and then in the key store, which keeps the former
 * one: what is encrypted to it still opens. Killed anywhere, the same call again goes on with the same key and statement.
 * @param ledger as an admin of the organisation
 */
export async function rotateOrganisationKey(
  ledger: Ledger,
  keys: KeyStore,
  { issuer, networkId, use, name, signingName, channels }: OrganisationKey,
): Promise<Rotated> {
  const about = { issuer, networkId };
  const body = use === 'signing' ? await signingBody(keys, name, about) : await sealingBody(keys, name, use);
  const statement = fixed(
    { ...about, typ: STATEMENTS.rotateOrganisationKey.typ, channels, body },
    keys.signer(signingName),
  );
  const txIds: Record<string, string> = {};
  for (const channel of channels) {
    const txId = await rotateOn(ledger.channel(channel), statement);
    if (txId !== undefined) txIds[channel] = txId;
  }
  await keys.completeRotation(name);
  return { use, newKey: body.newKey, txIds };
}

/** @returns undefined where the channel has the key already, by a statement under a former signing key */
async function rotateOn(channel: LedgerChannel, statement: string): Promise<string | undefined> {
  try {
    const { result } = await channel.submit(accessControl, 'RotateOrganisationKey', { statement });
    return result.txId;
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode === 'KEY_UNCHANGED') return undefined;
    throw error;
  }
}

async function signingBody(
  keys: KeyStore,
  name: string,
  { issuer, networkId }: { readonly issuer: string; readonly networkId: string },
): Promise<Body> {
  const next = await keys.stageSigner(name);
  const newKey = toBase64url(next.publicKey);
  const proof: StatementBody<'keyProof'> = { subject: issuer, key: newKey };
  const made = { issuer, networkId, typ: STATEMENTS.keyProof.typ, channels: CHANNELS, body: proof };
  return { use: 'signing', newKey, newKeyProof: fixed(made, next) };
}

async function sealingBody(keys: KeyStore, name: string, use: Body['use']): Promise<Body> {
  return { use, newKey: toBase64url((await keys.stageX25519(name)).publicKey) };
}

/** One statement for one content, however often it is made: repeating it repeats the transaction. */
function fixed(
  {
    issuer,
    networkId,
    typ,
    channels,
    body,
  }: {
    readonly issuer: string;
    readonly networkId: string;
    readonly typ: string;
    readonly channels: readonly ChannelName[];
    readonly body: object;
  },
  signer: Signer,
): string {
  // Under another signing key it is another statement, which the ledger would not take under the same id.
  const sid = id128Of(JSON.stringify([typ, issuer, signer.kid, body]));
  return makeStatement({ typ, iss: issuer, aud: networkId, channels, sid, iat: 0, body }, signer);
}
