import { CompactJws } from '@careledger/contracts';
import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import { TxId, closedObject } from '@careledger/domain';
import { attestTransaction, type Attestor, type LedgerChannel } from '@careledger/ledger';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { assertOwnOrganisation, requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
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
        body: withExamples(closedObject({ channel: Type.Literal('authorities'), txId: TxId }), {
          channel: 'authorities',
          txId: EXAMPLE.txId,
        }),
        response: {
          200: withExamples(Type.Object({ statement: CompactJws }), {
            statement: exampleStatement(
              'attestation',
              { channel: 'authorities', txId: EXAMPLE.txId, code: 'VALID' },
              'HospitalMSP',
            ),
          }),
        },
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
