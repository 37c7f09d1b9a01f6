import { isDeepStrictEqual } from 'node:util';
import { accessControl, type GrantState, type StatementBody } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { everyRow } from '@careledger/ledger';
import { isDenial } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import type { EarlierDecisions } from './earlier.js';
import type { Grant, GrantStore } from './grant-store.js';
import type { ConsentSettler } from './settle.js';

/** A patient's grants and denials by their ids, as each channel has them. */
export type RulesOnChannels = Readonly<Record<ChannelName, ReadonlyMap<string, GrantState>>>;

export interface AdoptedRulesOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly grants: GrantStore;
  readonly earlier: Pick<EarlierDecisions, 'ownOfGrant'>;
  readonly ledger: LedgerReader;
  readonly settler: Pick<ConsentSettler, 'adopting' | 'adopted'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Takes over grants, denials and revocations that reached the ledgers by another way. It never takes back: what is given or
 * revoked here stays so, whatever is under way.
 */
export class AdoptedRules {
  readonly #options: AdoptedRulesOptions;

  constructor(options: AdoptedRulesOptions) {
    this.#options = options;
  }

  /** On disk soon after, as everything deferred is. Returns what the channels have. @throws LedgerError */
  async compare(patient: Patient): Promise<RulesOnChannels> {
    const [authorities, cloud] = await Promise.all([
      this.#rulesOn('authorities', patient),
      this.#rulesOn('cloud', patient),
    ]);
    this.#adopt(patient, { authorities, cloud });
    return { authorities, cloud };
  }

  async #rulesOn(name: ChannelName, { patientId }: Patient): Promise<Map<string, GrantState>> {
    const rules = new Map<string, GrantState>();
    const rows = everyRow((page) =>
      this.#options.ledger.channel(name).evaluate(accessControl, 'ListGrants', { patientId, ...page }),
    );
    for await (const rule of rows) rules.set(rule.grantId, rule);
    return rules;
  }

  /** What takes away counts on either channel: whoever relayed it may reach that one alone. */
  #adopt(patient: Patient, { authorities, cloud }: RulesOnChannels): void {
    const { store, grants, clock, settler, progress, logger } = this.#options;
    const { patientNo } = patient;
    const known = ({ grantId }: GrantState): Grant | undefined => grants.get(patientNo, grantId);
    const given = [...authorities.values(), ...[...cloud.values()].filter(isDenial)].filter((state) =>
      isToTake(known(state), state),
    );
    const revoked = [...authorities.values(), ...cloud.values()].filter((state) => {
      if (state.revokedAt === undefined) return false;
      const before = known(state);
      if (isToTake(before, state)) return given.some(({ grantId }) => grantId === state.grantId);
      return before !== undefined && isSame(before, state) && before.status !== 'revoked';
    });
    if (given.length + revoked.length === 0) return;
    store.deferred(() => {
      for (const state of given) this.#take(patient, state);
      for (const state of revoked) {
        // A delegate's and the patient's of the same id may both be among them.
        const taken = known(state);
        if (taken !== undefined && isSame(taken, state)) grants.revoke(patientNo, state.grantId, clock());
      }
      settler.adopting(patientNo, given.map(bodyOf));
    });
    const taken = { given: given.length, revoked: revoked.length };
    logger.info({ patientNo, ...taken }, 'took over what reached the ledgers by another way');
    settler.adopted(patientNo);
    progress.notify(patientNo);
  }

  #take(patient: Patient, state: GrantState): void {
    const { grants, earlier, clock } = this.#options;
    const { patientNo } = patient;
    const { grantId, policySeq, epoch = 0, recordedAt } = state;
    const body = bodyOf(state);
    const before = grants.get(patientNo, grantId);
    const meaning = before !== undefined && isDeepStrictEqual(before.body, body) ? before.meaning : null;
    grants.forgetRefused(patientNo, grantId);
    grants.noteSeq(patientNo, policySeq, epoch);
    grants.insert({
      ...{ grantId, patientNo, body, meaning, policySeq, epoch },
      ...{ status: 'active', madeMs: Date.parse(recordedAt) },
    });
    // From when a revocation is on disk here nothing more is wrapped by what it takes away.
    if (earlier.ownOfGrant(patient, grantId) !== undefined) grants.revoke(patientNo, grantId, clock());
  }
}

/** Under the id of one of the patient's a delegate's rule is another one, as on the ledgers, where it gives way. */
const isSame = ({ body }: Grant, { path }: GrantState): boolean => isDeepStrictEqual(body.path, path);

/** It is not known here, or as one that was refused, or in its place is a delegate's that gives way to the patient's. */
const isToTake = (known: Grant | undefined, { path }: GrantState): boolean =>
  known === undefined || known.status === 'refused' || (known.body.path !== undefined && path === undefined);

/** The statement's body, without what the ledger adds. */
function bodyOf(state: GrantState): StatementBody<'grant'> {
  const { policySeq, authorityId, granteeTags, permissions, scopeTags, purposes, from, delegable } = state;
  const {
    effect,
    until,
    period,
    noticeRank,
    copy,
    detail,
    subscriptionId,
    askedScopeHash,
    isInPart,
    sealed,
  } = state;
  const { path, delegateSeq } = state;
  return {
    ...(effect !== undefined && { effect }),
    ...{
      policySeq: delegateSeq ?? policySeq,
      authorityId,
      granteeTags,
      permissions,
      scopeTags,
      purposes,
      from,
      delegable,
    },
    ...(until !== undefined && { until }),
    ...(period !== undefined && { period }),
    ...(noticeRank !== undefined && { noticeRank }),
    ...(copy !== undefined && { copy }),
    ...(detail !== undefined && { detail }),
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(askedScopeHash !== undefined && { askedScopeHash }),
    ...(isInPart !== undefined && { isInPart }),
    ...(sealed !== undefined && { sealed }),
    ...(path !== undefined && { path }),
  };
}
