import { common, peer } from '@hyperledger/fabric-protos';
import { NetworkAdminError } from '../errors.js';
import type { Identity } from './identity.js';
import type { Proposal } from './proposal.js';

/** Puts endorsements of one proposal together and signs the transaction. */
export function makeTransaction(
  identity: Identity,
  proposal: Proposal,
  responses: readonly peer.ProposalResponse[],
): common.Envelope {
  const [first] = responses;
  if (!first) throw new NetworkAdminError('PROPOSAL_REFUSED', 'a transaction needs at least one endorsement');
  const agreed = Buffer.from(first.getPayload_asU8());
  if (responses.some((response) => !agreed.equals(response.getPayload_asU8()))) {
    throw new NetworkAdminError(
      'PROPOSAL_RESPONSES_DIFFER',
      'peers simulated different results: wait until all have the same height, then run this again',
    );
  }

  const action = new peer.ChaincodeEndorsedAction();
  action.setProposalResponsePayload(agreed);
  action.setEndorsementsList(
    responses.map((response) => {
      const endorsement = response.getEndorsement();
      if (!endorsement)
        throw new NetworkAdminError('PROPOSAL_REFUSED', 'a peer answered without an endorsement');
      return endorsement;
    }),
  );
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.payload);
  actionPayload.setAction(action);
  const transactionAction = new peer.TransactionAction();
  transactionAction.setHeader(proposal.header.getSignatureHeader_asU8());
  transactionAction.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([transactionAction]);

  return signEnvelope(identity, proposal.header, transaction.serializeBinary());
}

export function signEnvelope(identity: Identity, header: common.Header, data: Uint8Array): common.Envelope {
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const bytes = payload.serializeBinary();
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  envelope.setSignature(identity.sign(bytes));
  return envelope;
}
