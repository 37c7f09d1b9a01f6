import { accessControl, type GrantState, type StatementBody } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { everyRow } from '@careledger/ledger';
import { isDenial } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import type { Grant, GrantStore } from './grant-store.js';
import type { ConsentSettler } from './settle.js';

/** A patient's grants and denials by their ids, as each channel has them. */
export type RulesOnChannels = Readonly<Record<ChannelName, ReadonlyMap<string, GrantState>>>;

export interface AdoptedRulesOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly grants: GrantStore;
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
  #adopt({ patientNo }: Patient, { authorities, cloud }: RulesOnChannels): void {
    const { store, grants, clock, settler, progress, logger } = this.#options;
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
      for (const state of given) {
        const body = bodyOf(state);
        grants.noteSeq(patientNo, state.policySeq, state.epoch ?? 0);
        grants.insert({
          ...{ grantId: state.grantId, patientNo, body, meaning: null },
          ...{ policySeq: state.policySeq, epoch: state.epoch ?? 0 },
          ...{ status: 'active', madeMs: Date.parse(state.recordedAt) },
        });
        grants.setStatus(patientNo, state.grantId, 'refused', 'active');
      }
      for (const { grantId } of revoked) grants.revoke(patientNo, grantId, clock());
      settler.adopting(patientNo);
    });
    const taken = { given: given.length, revoked: revoked.length };
    logger.info({ patientNo, ...taken }, 'took over what reached the ledgers by another way');
    settler.adopted(patientNo);
    progress.notify(patientNo);
  }
}

/** Under the id of one of the patient's a delegate's rule is another one, as on the ledgers, where it gives way. */
const isSame = ({ body }: Grant, { path }: GrantState): boolean =>
  (body.path === undefined) === (path === undefined);

/** It is not known here, or as one that was refused, or in its place is a delegate's that has to give way. */
const isToTake = (known: Grant | undefined, state: GrantState): boolean =>
  known === undefined || (isSame(known, state) ? known.status === 'refused' : known.body.path !== undefined);

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
