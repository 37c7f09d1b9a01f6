import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { withExamples, type ServiceApp } from '@careledger/service-kit';
import type { GatewayCore } from '../../core.js';
import { copiesOf } from '../../ledger-access/copies.js';
import type { LedgerReader } from '../../ledger-access/ledger-link.js';
import { byPatientOrAuditor } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { copy } from './examples.js';
import { CopiesView } from './schemas.js';

export interface CopiesOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly ledger: LedgerReader;
}

/** Which authorities may keep copies, and which have attested, or owe, that theirs is destroyed. */
export async function copiesPlugin(app: ServiceApp, { core, ledger }: CopiesOptions): Promise<void> {
  app.get(
    '/v1/patients/:patientId/copies',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'listPatientCopies',
        summary:
          'Copies that grants let authorities keep: which authority has attested that its copy is destroyed, and which owes that since when',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        response: { 200: withExamples(CopiesView, { copies: [copy] }) },
      },
    },
    async ({ params }) => {
      const { patientId } = core.patients.get(params.patientId);
      return { copies: await onLedger(() => copiesOf(ledger, patientId, Date.now())) };
    },
  );
}
