import {
  acceptBatch,
  omit,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ATTESTORS_PER_MSP_MAX,
  ContractError,
  type AttestationState,
  type Batch,
  type BatchResult,
} from '@careledger/contracts';
import { canonicalJson } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { findSigners } from './access-control.js';
import { attestations } from './families.js';

type Item = Verified<'attestation'>;

export async function attestTransactions(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['attestation'],
    signers: findSigners,
    subjectOf: ({ iss, body }) => `${iss} ${body.channel} ${body.txId}`,
    apply: attest,
  });
  return { result, event: news.length > 0 ? { txIds: [...new Set(news)] } : undefined };
}

/** The transaction that was attested, if the attestation is new. */
async function attest(tx: Submission, { iss: mspId, body, statement }: Item): Promise<string | undefined> {
  if (body.network !== tx.networkId) throw new ContractError('STATEMENT_AUDIENCE_MISMATCH');
  const { kid } = statement.header;
  const ofOrganisation = await tx.state.all(attestations.under(body.channel, body.txId, mspId));
  const before = ofOrganisation.find(({ parts }) => parts.at(-1) === kid)?.value;
  if (before === undefined) {
    // Keys can be withdrawn and others registered: what one organisation says of one transaction stays bounded.
    if (ofOrganisation.length >= ATTESTORS_PER_MSP_MAX) throw new ContractError('ATTESTOR_LIMIT');
    tx.state.put(attestations.at(body.channel, body.txId, mspId, kid), {
      ...body,
      mspId,
      statement: statement.token,
      recordedAt: tx.at,
    });
    return body.txId;
  }
  const said = omit(before, 'mspId', 'statement', 'recordedAt');
  if (canonicalJson(said) !== canonicalJson(body)) throw new ContractError('ATTESTATION_CONFLICT');
  return undefined;
}

export async function getAttestations(
  { state }: Evaluation,
  { channel, txId }: { channel: ChannelName; txId: string },
): Promise<{ attestations: AttestationState[] }> {
  const entries = await state.all(attestations.under(channel, txId));
  return { attestations: entries.map(({ value }) => value) };
}
