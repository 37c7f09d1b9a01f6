import { timestampOf, type Period } from '@careledger/domain';
import { alarmKinds } from '@careledger/fhir';
import type { GrantStore } from '../consent/grant-store.js';
import type { GatewayCore } from '../core.js';
import type { ScopedAlarm } from '../processing/index.js';
import { readersOf } from './readers.js';
import { tagGroupsOfKinds } from './scope.js';

export interface AlarmReadersOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly grants: Pick<GrantStore, 'active'>;
  readonly clock: () => number;
}

/**
 * Who may read of an alarm, by the grants of now. A grant opens a record only if it covers all of it: what is told in one
 * record has to be open to the same authorities.
 */
export class AlarmReaders {
  readonly #options: AlarmReadersOptions;

  constructor(options: AlarmReadersOptions) {
    this.#options = options;
  }

  /** Whether whoever may read of one of these alarms may read of all of them together. */
  areSame(patientNo: number, alarms: readonly ScopedAlarm[]): boolean {
    const ofAll = this.#of(patientNo, alarms);
    return alarms.every((alarm) => this.#of(patientNo, [alarm]).isSubsetOf(ofAll));
  }

  #of(patientNo: number, alarms: readonly ScopedAlarm[]): ReadonlySet<string> {
    const { core, grants, clock } = this.#options;
    const scopeKey = core.patients.keys(core.patients.byNo(patientNo).patientId).scopeKey();
    const kinds = alarms.flatMap(({ rule, evidence }) =>
      alarmKinds(
        rule,
        evidence.map(({ code }) => code),
      ),
    );
    const tagGroups = tagGroupsOfKinds(scopeKey, kinds);
    return new Set(readersOf(grants, patientNo, { tagGroups, period: periodOf(alarms) }, clock()));
  }
}

/** The time of what the alarms are about, which their record tells of; undefined where nothing was measured. */
function periodOf(alarms: readonly ScopedAlarm[]): Period | undefined {
  const times = alarms.flatMap(({ evidence }) => evidence.map(({ t }) => t));
  if (times.length === 0) return undefined;
  // Half-open, as every period: the last one lies within.
  return { start: timestampOf(Math.min(...times)), end: timestampOf(Math.max(...times) + 1) };
}
