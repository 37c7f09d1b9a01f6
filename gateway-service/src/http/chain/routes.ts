import { ledgerAnswers } from '@careledger/ledger/service';
import {
  exampleJob,
  sendAnswer,
  withExamples,
  type LongWork,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientOpsOrAuditor } from '../access.js';
import { WAIT_MS } from '../limits.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  BlocksPage,
  BlocksQuery,
  ChainView,
  FramesPage,
  FramesQuery,
  ProofQuery,
  VERIFICATION,
  VerificationJob,
  VerificationView,
} from './schemas.js';
import type { ChainService } from './service.js';
import * as examples from './examples.js';

export function addChainRoutes(
  app: ServiceApp,
  chain: ChainService,
  verifications: LongWork<VerificationView, VerificationView | null>,
): void {
  app.get(
    '/v1/patients/:patientId/chain',
    {
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Head of the patient’s private chain, and what of it is anchored',
        problems: patientProblems,
        params: PatientParams,
        response: { 200: withExamples(ChainView, examples.chain) },
      },
    },
    async (request) => chain.head(request.params.patientId),
  );

  app.get(
    '/v1/patients/:patientId/chain/blocks',
    {
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Sealed blocks from a height on',
        problems: [...patientProblems, 'BLOCK_NOT_FOUND'],
        params: PatientParams,
        querystring: BlocksQuery,
        response: { 200: withExamples(BlocksPage, examples.blocks) },
      },
    },
    async (request) => chain.blocks(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/chain/frames',
    {
      config: byPatient,
      schema: {
        summary:
          'Raw frames of sealed blocks, as devices signed them, block by block: with the blocks, the whole chain can be ' +
          'checked elsewhere. Frames of the open block follow when it is sealed (`flush`)',
        problems: patientProblems,
        params: PatientParams,
        querystring: FramesQuery,
        response: { 200: withExamples(FramesPage, examples.frames) },
      },
    },
    async (request) => chain.frames(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/chain/verify',
    {
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Verify the whole chain against its raw frames and the anchors on the ledger',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        response: { 200: withExamples(VerificationView, examples.verification) },
      },
    },
    async (request) => chain.verify(request.params.patientId),
  );

  app.post(
    '/v1/patients/:patientId/chain/verify',
    {
      config: { ...byPatientOpsOrAuditor, isLongWork: true },
      schema: {
        summary: 'The same for a chain of any length: it goes on as a job, whose progress counts blocks',
        // While the ledger is away it is tried again.
        problems: [...patientProblems, 'LEDGER_REFUSED'],
        params: PatientParams,
        response: {
          200: withExamples(VerificationView, examples.verification),
          202: withExamples(
            VerificationJob,
            exampleJob(VERIFICATION, { stage: 'blocks', done: 40, total: 86 }, null),
          ),
        },
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const answer = await verifications.answer(request, reply, { reference: patientId, waitMs: WAIT_MS });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.get(
    '/v1/patients/:patientId/proofs',
    {
      config: byPatient,
      schema: {
        operationId: 'getPatientReadingProof',
        summary:
          'One reading’s proof, from the device’s signature to the transaction that anchors it; check it offline',
        problems: [
          ...patientProblems,
          ...ledgerAnswers,
          'NOT_FOUND',
          'FRAME_NOT_FOUND',
          'READING_NOT_FOUND',
          'FRAME_NOT_SEALED',
          'FRAME_NOT_ANCHORED',
          'FRAME_ERASED',
        ],
        params: PatientParams,
        querystring: ProofQuery,
        response: { 200: withExamples(Type.Unknown(), examples.proof) },
      },
    },
    async (request) => chain.prove(request.params.patientId, request.query),
  );
}
