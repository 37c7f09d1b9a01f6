import { AccessState, CompactJws, VisitState, records } from '@careledger/contracts';
import { AuthorityId, closedObject, timestampOf } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { Type } from 'typebox';
import { openConsentKey } from '../consent/consent-key.js';
import { patientStatement } from '../statement.js';
import {
  PatientParams,
  Passphrase,
  byPatient,
  byPatientOrAuditor,
  unlockOf,
  type RouteContext,
} from './context.js';

const Page = Type.Object({
  /** As the page before returned it. */
  bookmark: Type.Optional(Type.String({ maxLength: 1024 })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
/** A page can be short, even empty, while its bookmark is not: go on until that is empty. */
const pageOf = <Row extends Parameters<typeof Type.Array>[0]>(name: string, row: Row) =>
  Type.Object({ [name]: Type.Array(row), bookmark: Type.String() });

/** Who did what with the patient's data, from the ledgers, and what the patient shows at an authority's desk. */
export function addAuditRoutes({ app, gateway, config }: RouteContext): void {
  const { core, ledger } = gateway;

  app.get(
    '/v1/patients/:patientId/accesses',
    {
      config: byPatientOrAuditor,
      schema: {
        summary: 'Who asked for what, when, and the answer: permits and denials, from channel cloud',
        params: PatientParams,
        querystring: Page,
        response: { 200: pageOf('accesses', AccessState) },
      },
    },
    async (request) => {
      const { patientId } = core.patients.get(request.params.patientId);
      const { rows, bookmark } = await onLedger(() =>
        ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId, ...request.query }),
      );
      return { accesses: rows, bookmark };
    },
  );

  app.get(
    '/v1/patients/:patientId/visits',
    {
      config: byPatientOrAuditor,
      schema: {
        summary: 'Visits that authorities have recorded, confirmed by a check-in or not',
        params: PatientParams,
        querystring: Page,
        response: { 200: pageOf('visits', VisitState) },
      },
    },
    async (request) => {
      const { patientId } = core.patients.get(request.params.patientId);
      const { rows, bookmark } = await onLedger(() =>
        ledger.channel('authorities').evaluate(records, 'ListVisits', { patientId, ...request.query }),
      );
      return { visits: rows, bookmark };
    },
  );

  app.post(
    '/v1/patients/:patientId/check-in',
    {
      config: byPatient,
      schema: {
        summary:
          'A signed check-in code for a visit: by the consent key with a passphrase, else by the gateway key',
        params: PatientParams,
        body: closedObject({ authorityId: AuthorityId, passphrase: Type.Optional(Passphrase) }),
        response: { 200: Type.Object({ statement: CompactJws }) },
      },
    },
    async (request) => {
      const patient = core.patients.get(request.params.patientId);
      const { authorityId, passphrase } = request.body;
      const signer =
        passphrase === undefined
          ? patient.chain.signer
          : await openConsentKey(core, patient, unlockOf(request, { passphrase }));
      const statement = patientStatement(
        'checkIn',
        {
          patientId: patient.patientId,
          networkId: config.networkId,
          channels: ['authorities', 'cloud'],
          body: { authorityId, at: timestampOf(Date.now()) },
        },
        signer,
      );
      return { statement };
    },
  );
}
