import { ledgerAnswers } from '@careledger/ledger/service';
import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import type { Recoveries } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { decided, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { ReadyStatement } from '../delegates/schemas.js';
import { byPassphrase } from '../grants/examples.js';
import { ReadyOrPassphrase } from '../grants/schemas.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import * as examples from './examples.js';
import { RecoveriesView, RecoveryParams } from './schemas.js';

export interface RecoveriesOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly recovering: Pick<Recoveries, 'list' | 'object' | 'makeObjection' | 'takeOver'>;
  readonly decisions: Decisions;
}

/** Recoveries of the patient's consent key: what both channels say of them, and the patient's part. */
export async function recoveriesPlugin(
  app: ServiceApp,
  { core, recovering, decisions }: RecoveriesOptions,
): Promise<void> {
  app.get(
    '/v1/patients/:patientId/recoveries',
    {
      config: byPatient,
      schema: {
        operationId: 'listPatientRecoveries',
        summary:
          'Recoveries of the patient’s consent key, by channel: of each organisation that has opened any, the last, and what it ' +
          'waits for',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        response: { 200: withExamples(RecoveriesView, examples.recoveries) },
      },
    },
    async (request) => recovering.list(core.patients.get(request.params.patientId)),
  );

  app.post(
    '/v1/patients/:patientId/recoveries/:recoveryId/object',
    {
      config: decided,
      schema: {
        summary:
          'End a recovery, on both channels: the key that is said to be lost is there. By a ready statement or made here under the ' +
          'passphrase',
        problems: consentProblems,
        params: RecoveryParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, examples.readyObjection),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, recoveryId } = request.params;
      const { body } = request;
      const patient = core.patients.get(patientId);
      const taken = await ('statement' in body
        ? recovering.object(patient, recoveryId, body.statement)
        : recovering.makeObjection(
            patient,
            recoveryId,
            { passphrase: body.passphrase, caller: callerOf(request) },
            request.idempotent,
          ));
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/patients/:patientId/recoveries/:recoveryId/take-over',
    {
      config: decided,
      schema: {
        summary:
          'Put the new key of a recovery that is due into force, on both channels, by its own statement. Nothing more is taken that ' +
          'a former consent key signs',
        problems: consentProblems,
        params: RecoveryParams,
        body: withExamples(ReadyStatement, examples.readyTakeover),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, recoveryId } = request.params;
      const patient = core.patients.get(patientId);
      const taken = await recovering.takeOver(patient, recoveryId, request.body.statement);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
