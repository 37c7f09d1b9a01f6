import { DECISION_CHANNELS } from '@careledger/consent';
import { records, type AccessState } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import {
  whoCouldRead,
  whoOwesDeletions,
  whyDecided,
  type DecisionsPage,
  type ReadersPage,
  type ReadersQuery,
  type WrapHoldersPage,
} from '@careledger/ledger/answers';
import { nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { checkAppStatement } from '../../consent/app-statement.js';
import type { ConsentService } from '../../consent/index.js';
import { openConsentKey } from '../../consent/unlock.js';
import type { GatewayCore } from '../../core.js';
import type { LedgerReader } from '../../ledger-access/ledger-link.js';
import type { Providers } from '../../ledger-access/providers.js';
import { patientStatement } from '../../patients/patient-statement.js';
import { REGISTRATION_WAIT_MS } from '../limits.js';
import { lookUpReleases, type ReleaseView } from './releases.js';
import type {
  AccessView,
  AccessesPage,
  AccessesQuery,
  CheckInBody,
  ExplainedQuery,
  LedgerPageQuery,
  VisitsPage,
} from './schemas.js';

export interface AuditServiceOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'chain'>;
  readonly consent: Pick<ConsentService, 'registered'>;
  readonly ledger: LedgerReader;
  readonly providers: Providers;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
}

/** Who did what with the patient's data, from the ledgers, and what the patient shows at an authority's desk. */
export class AuditService {
  readonly #options: AuditServiceOptions;

  constructor(options: AuditServiceOptions) {
    this.#options = options;
  }

  /** Permits and denials, from `cloud`, and what providers say that they released under each permit. */
  async accesses(wantedPatientId: string, query: AccessesQuery): Promise<AccessesPage> {
    const { core, ledger, providers } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    const { limit, cursor, ...filter } = query;
    const { rows, bookmark } = await onLedger(() =>
      ledger
        .channel('cloud')
        .evaluate(records, 'ListAccesses', { patientId, ...filter, ...pageArgs({ limit, cursor }) }),
    );
    const releases = await lookUpReleases(rows, providers);
    const accesses = rows.map((access) => viewOf(access, releases.get(access) ?? null));
    return { accesses, next: nextOf(bookmark) };
  }

  /** Who could read a record at a time, grant by grant. */
  readers(wantedPatientId: string, recordId: string, query: ReadersQuery): Promise<ReadersPage> {
    const { core, ledger } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    return whoCouldRead(ledger.channel('cloud'), { patientId, recordId }, query);
  }

  /** Why attempts were permitted or denied. */
  decisions(wantedPatientId: string, { requester, ...query }: ExplainedQuery): Promise<DecisionsPage> {
    const { core, ledger } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    return whyDecided(ledger.channel('cloud'), { patientId, requester }, query);
  }

  /** Which providers have attested that a revocation is carried out, and which owe that. */
  wrapHolders(wantedPatientId: string, page: LedgerPageQuery): Promise<WrapHoldersPage> {
    const { core, ledger } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    return whoOwesDeletions(ledger.channel('cloud'), { patientId }, page);
  }

  async visits(wantedPatientId: string, page: LedgerPageQuery): Promise<VisitsPage> {
    const { core, ledger } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    const { rows, bookmark } = await onLedger(() =>
      ledger.channel('authorities').evaluate(records, 'ListVisits', { patientId, ...pageArgs(page) }),
    );
    return { visits: rows, next: nextOf(bookmark) };
  }

  /**
   * A check-in code: signed with the consent key, or checked where the app has made it. Of a patient whom no authority can
   * know yet once they can.
   */
  async checkIn(wantedPatientId: string, body: CheckInBody, caller: string): Promise<string> {
    const { core, consent, verifier, networkId } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    if ('statement' in body) {
      const expected = {
        names: ['checkIn'] as const,
        networkId,
        channels: DECISION_CHANNELS.checkIn,
        verifier,
      };
      checkAppStatement(core, patient, body.statement, expected);
      await consent.registered(patient, REGISTRATION_WAIT_MS);
      return body.statement;
    }
    // No other key will do: one that this gateway has at hand would say that somebody is there who is not.
    const { authorityId, passphrase } = body;
    const signer = await openConsentKey(core, patient, { passphrase, caller });
    // Before it is dated: it is good for a while only.
    await consent.registered(patient, REGISTRATION_WAIT_MS);
    const { patientId } = patient;
    return patientStatement(
      'checkIn',
      {
        ...{ patientId, networkId, channels: DECISION_CHANNELS.checkIn },
        body: { authorityId, at: timestampOf(Date.now()) },
      },
      signer,
    );
  }
}

const viewOf = (access: AccessState, release: ReleaseView | null): AccessView => ({
  ...access,
  release,
  isAgainstPolicy: access.basis === 'notice' && access.decision === 'deny',
});
