import { STATEMENTS, isContractCode, records, type StatementBody } from '@careledger/contracts';
import { id128Of, sha256, toBase64url, toHex, type Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';
import type { LedgerChannel } from '../channel.js';
import { LedgerError } from '../error.js';
import { submitWithRetry } from '../submit/retry.js';
import type { FoundTransaction } from '../query/find-transaction.js';

export interface Attestor {
  readonly networkId: string;
  /** Organisation for which the key is registered (`RegisterAttestor`). */
  readonly mspId: string;
  readonly signer: Signer;
}

/** What a peer says of a transaction, as an attestor signs it. */
function attestationBody(
  { channel, block, transaction }: FoundTransaction,
  networkId: string,
): StatementBody<'attestation'> {
  return {
    network: networkId,
    channel: channel as ChannelName,
    block: Number(block.number),
    blockHash: toHex(block.hash),
    txId: transaction.transactionId,
    envelopeHash: toBase64url(sha256(transaction.envelope)),
    code: transaction.validationCode,
  };
}

/** Whether somebody attests of a transaction what the asked peer has. */
export function isAttested(
  { block, transaction }: FoundTransaction,
  attested: Pick<StatementBody<'attestation'>, 'block' | 'blockHash' | 'envelopeHash' | 'code'>,
): boolean {
  return (
    attested.block === Number(block.number) &&
    attested.blockHash === toHex(block.hash) &&
    attested.envelopeHash === toBase64url(sha256(transaction.envelope)) &&
    attested.code === transaction.validationCode
  );
}

/**
 * Attests a committed transaction from the caller's own peer (`channel` must be connected to it) and has the
 * attestation written on the same channel. Repeating it changes nothing: the statement's id follows from its content.
 * Returns the attestation, a compact JWS.
 * @throws LedgerError; CHAINCODE_REFUSED with the item's code where the ledger does not take it
 */
export async function attestTransaction(
  channel: LedgerChannel,
  transactionId: string,
  attestor: Attestor,
): Promise<string> {
  const found = await channel.findTransaction(transactionId);
  const body = attestationBody(found, attestor.networkId);
  const statement = makeStatement(
    {
      typ: STATEMENTS.attestation.typ,
      iss: attestor.mspId,
      aud: attestor.networkId,
      channels: [channel.name],
      sid: id128Of(JSON.stringify([attestor.signer.kid, body])),
      iat: Math.floor((found.transaction.timestamp?.getTime() ?? 0) / 1000),
      body,
    },
    attestor.signer,
  );
  const { result } = await submitWithRetry(() =>
    channel.submit(records, 'AttestTransactions', { items: [statement] }),
  );
  const [item] = result.items;
  const code = item?.code ?? 'no answer';
  if (code !== 'OK')
    throw new LedgerError('CHAINCODE_REFUSED', `The attestation was refused: ${code}`, {
      transactionId,
      ...(isContractCode(code) && { chaincodeCode: code }),
    });
  return statement;
}

/** A registration of an attestor's key: self-signed, submitted by an admin of the organisation. */
export function attestorRegistration(
  { networkId, mspId, signer }: Attestor,
  channels: ChannelName[],
): string {
  const body: StatementBody<'registerAttestor'> = { mspId, key: toBase64url(signer.publicKey) };
  return makeStatement(
    {
      typ: STATEMENTS.registerAttestor.typ,
      iss: mspId,
      aud: networkId,
      channels,
      // One id for one key, so that repeating the registration repeats the statement.
      sid: id128Of(JSON.stringify(['registerAttestor', body])),
      iat: 0,
      body,
    },
    signer,
  );
}
