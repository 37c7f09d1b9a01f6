import { CompactJws } from '@careledger/contracts';
import { TxId, closedObject } from '@careledger/domain';
import { attestTransaction, type Attestor, type LedgerChannel } from '@careledger/ledger';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { assertOwnOrganisation, requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';

/** Only for channel `authorities`: on `cloud` this organisation has no peer whose word it could give. */
export function addAttestationRoutes(app: ServiceApp, authorities: LedgerChannel, attestor: Attestor): void {
  app.post(
    '/v1/attestations',
    {
      config: requireRole('ops', 'auditor', 'system'),
      schema: {
        summary: 'Attest a committed transaction, as this organisation’s peer has it; written on its channel',
        problems: [...ledgerAnswers, 'TRANSACTION_UNKNOWN'],
        body: closedObject({ channel: Type.Literal('authorities'), txId: TxId }),
        response: { 200: Type.Object({ statement: CompactJws }) },
      },
    },
    async (request) => {
      // An attestation is this organisation's word: a service that speaks for another one does not ask for it.
      assertOwnOrganisation(request, attestor.mspId);
      return {
        statement: await onLedger(() => attestTransaction(authorities, request.body.txId, attestor)),
      };
    },
  );
}
