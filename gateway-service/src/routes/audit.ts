import { AccessState, CompactJws, VisitState, records } from '@careledger/contracts';
import { AuthorityId, CHANNELS, closedObject, timestampOf } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { Type } from 'typebox';
import { checkAppStatement, openConsentKey } from '../consent/consent-key.js';
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
/** An access as the patient sees it. */
const AccessView = Type.Object({
  ...AccessState.properties,
  /**
   * True where an authority says that it showed the content of a direct notice to somebody, and the ledger would not have
   * permitted it: worth asking about.
   */
  isAgainstPolicy: Type.Boolean(),
});
const viewOf = (access: AccessState) => ({
  ...access,
  isAgainstPolicy: access.basis === 'notice' && access.decision === 'deny',
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
        summary:
          'Who asked for what, and who was shown what, when, and the answer: permits and denials, from cloud',
        params: PatientParams,
        querystring: Page,
        response: { 200: pageOf('accesses', AccessView) },
      },
    },
    async (request) => {
      const { patientId } = core.patients.get(request.params.patientId);
      const { rows, bookmark } = await onLedger(() =>
        ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId, ...request.query }),
      );
      return { accesses: rows.map(viewOf), bookmark };
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
          'A check-in code for a visit, signed with the consent key: by its passphrase, or ready from the app',
        params: PatientParams,
        body: Type.Union([
          closedObject({ statement: CompactJws }),
          closedObject({ authorityId: AuthorityId, passphrase: Passphrase }),
        ]),
        response: { 200: Type.Object({ statement: CompactJws }) },
      },
    },
    async (request) => {
      const { body } = request;
      const patient = core.patients.get(request.params.patientId);
      const { networkId } = config;
      if ('statement' in body) {
        const { verifier } = gateway;
        const expected = { names: ['checkIn'] as const, networkId, channels: CHANNELS, verifier };
        checkAppStatement(core, patient, body.statement, expected);
        return { statement: body.statement };
      }
      // No other key will do: one that this gateway has at hand would say that somebody is there who is not.
      const signer = await openConsentKey(core, patient, unlockOf(request, body));
      const { patientId } = patient;
      const statement = patientStatement(
        'checkIn',
        {
          ...{ patientId, networkId, channels: CHANNELS },
          body: { authorityId: body.authorityId, at: timestampOf(Date.now()) },
        },
        signer,
      );
      return { statement };
    },
  );
}
