import type { TestOrganisation, TestPatient } from '@careledger/chaincode-runtime/testing';
import { STATEMENTS, type AccessBatchResult, type AccessState } from '@careledger/contracts';
import { PROVIDER_ROUTES, type ItemProblem } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import { Type } from 'typebox';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import { failureOf } from '../../fixtures/providers/only-item.js';
import { gatewayOf, type MadeVersion, type VersionPlan } from '../../fixtures/providers/made-version.js';
import type { RunningProvider } from '../../fixtures/providers/running-provider.js';
import type { CloudFixture } from '../../fixtures/providers/cloud-fixture.js';
import { THROUGH } from '../attempt.js';

/** A request decided by a relay whose clock is ahead. */
type RequestAhead = (identity: IdentityName, statement: string, aheadMs: number) => Promise<AccessState>;

/** A relay of an attacker: an organisation that is a provider too, and asks the ledger by itself. */
export interface Relay {
  readonly organisation: TestOrganisation;
  readonly identity: IdentityName;
}

/** Two providers with clocks that attempts move, and those who use them. */
export class ProviderFixture {
  readonly #ahead: RequestAhead;

  constructor(
    readonly cloud: CloudFixture,
    ahead: RequestAhead,
  ) {
    this.#ahead = ahead;
  }

  /** The hospital and the lab as providers of their own. */
  get hospitalsRelay(): Relay {
    return {
      organisation: this.cloud.providers.network.organisation('prv_hospital', 'HospitalMSP'),
      identity: 'hospital client',
    };
  }

  get labsRelay(): Relay {
    return {
      organisation: this.cloud.providers.network.organisation('prv_lab', 'LabMSP'),
      identity: 'lab client',
    };
  }

  /** Registers all of them. */
  async register(): Promise<void> {
    await this.cloud.register();
    const { network } = this.cloud.providers;
    await network.register(this.hospitalsRelay.organisation, 'hospital admin', 'cloud');
    await network.register(this.labsRelay.organisation, 'lab admin', 'cloud');
  }

  /** A version that is stored at provider A, of a patient who lets the hospital read it. */
  async granted(
    plan: VersionPlan = {},
    until?: string,
  ): Promise<{ patient: TestPatient; made: MadeVersion }> {
    const { cloud } = this;
    const patient = await cloud.newPatient();
    await cloud.decree('Grant', patient.grant('aut_hospital', until === undefined ? {} : { until }));
    const made = await cloud.version(patient.id, gatewayOf(patient), {
      recipients: [patient.id, 'aut_hospital'],
      ...plan,
    });
    await cloud.store(made);
    return { patient, made };
  }

  /** A permit for the hospital through a relay, not spent yet. */
  async obtain(made: MadeVersion, { organisation, identity }: Relay): Promise<AccessState> {
    const { cloud } = this;
    const statement = cloud.accessRequest(made, organisation.id);
    const { network } = cloud.providers;
    const { result } = await network.submit(identity, 'cloud', 'RequestAccess', { items: [statement] });
    const [item] = (result as AccessBatchResult).items;
    if (item?.access === undefined) throw new Error(`The request was refused: ${item?.code}`);
    return item.access;
  }

  /** The same by a clock that is ahead. */
  obtainAhead(made: MadeVersion, { organisation, identity }: Relay, aheadMs: number): Promise<AccessState> {
    return this.#ahead(identity, this.cloud.accessRequest(made, organisation.id), aheadMs);
  }

  /** Asks provider A for what a permit allows. */
  spend(access: AccessState, by: TestOrganisation, as = by.mspId): Promise<string> {
    const { txId: permitTxId, requestSid, patientId, recordId, version = 0, requester } = access;
    const statement = makeStatement(
      {
        typ: STATEMENTS.releaseRequest.typ,
        iss: by.id,
        aud: this.cloud.providers.network.networkId,
        channels: ['cloud'],
        body: { permitTxId, requestSid, patientId, recordId, version, requester },
      },
      by.signer,
    );
    return codeOf(this.post(as, PROVIDER_ROUTES.releases, { statements: [statement] }));
  }

  /** A call of provider A by an organisation. @throws HttpClientError, also with the problem of an item in it */
  async post(
    as: string,
    path: string,
    body: object,
    at: RunningProvider = this.cloud.providers.a,
  ): Promise<unknown> {
    const answer = await at.as(as).call('POST', path, { body, result: Type.Unknown() });
    const { items = [] } = answer as { items?: { problem?: ItemProblem }[] };
    for (const { problem } of items) if (problem !== undefined) throw failureOf(problem);
    return answer;
  }

  /** Does something at another time of provider A, and sets its clock back. */
  async later<Result>(ms: number, act: () => Promise<Result>): Promise<Result> {
    const { a } = this.cloud.providers;
    try {
      await a.pass(ms);
      return await act();
    } finally {
      await a.stop();
      await a.start();
    }
  }

  /** What a call came to, if it has had something ordered: junk would fill the ledger's blocks. */
  async ordering(call: () => Promise<string>): Promise<string> {
    const before = await this.cloud.height();
    const answer = await call();
    return (await this.cloud.height()) > before ? THROUGH : answer;
  }
}

/** What a call came to: {@link THROUGH}, or the code of the problem with its reason. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return THROUGH;
  } catch (error) {
    if (!(error instanceof HttpClientError) || error.problem === undefined) throw error;
    const { code, reason } = error.problem;
    return typeof reason === 'string' ? `${code} (${reason})` : String(code);
  }
}
