import { timestampOf } from '@careledger/domain';
import { ProblemError } from '@careledger/service-kit';
import { MUTE_MAX_MS } from '../../alarms/limits.js';
import type { MuteStore } from '../../alarms/mute-store.js';
import type { GatewayCore } from '../../core.js';
import type { Patient } from '../../patients/index.js';
import type { ProblemCode } from '../../problems.js';
import { readyWord, signedWord, type PatientWord, type PatientWordOptions } from './patient-word.js';
import type { MuteBody, MuteView } from './schemas.js';
import { muteView } from './views.js';

export interface AlarmMutingOptions extends PatientWordOptions {
  readonly core: PatientWordOptions['core'] & Pick<GatewayCore, 'store'>;
  readonly mutes: MuteStore;
  readonly clock: () => number;
}

/** The patient mutes sounds for a while: those of high priority never. */
export class AlarmMuting {
  readonly #options: AlarmMutingOptions;

  constructor(options: AlarmMutingOptions) {
    this.#options = options;
  }

  /** Keeps it for good: on disk when it resolves. @param caller names who gives the passphrase, as `callerOf` does */
  async mute(wantedPatientId: string, given: MuteBody, caller: string): Promise<MuteView> {
    const { core, mutes, clock } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const { patientNo } = patient;
    const { statement, body } = await this.#word(patient, given, caller);
    const receivedMs = clock();
    const untilMs = Date.parse(body.until);
    assertShort(untilMs, receivedMs);
    core.store.deferred(() => mutes.add({ patientNo, untilMs, receivedMs, statement }));
    await core.store.sync();
    return muteView(mutes.until(patientNo, receivedMs));
  }

  async #word(patient: Patient, given: MuteBody, caller: string): Promise<PatientWord<'muteAlarms'>> {
    const name = 'muteAlarms';
    if ('statement' in given) return readyWord(this.#options, patient, { name, statement: given.statement });
    const { until, passphrase } = given;
    return signedWord(this.#options, patient, { name, body: { until }, unlock: { passphrase, caller } });
  }
}

/** @throws ProblemError `MUTE_TOO_LONG` */
export function assertShort(untilMs: number, receivedMs: number): void {
  if (untilMs - receivedMs <= MUTE_MAX_MS) return;
  throw new ProblemError<ProblemCode>(
    'MUTE_TOO_LONG',
    `Sounds are muted until ${timestampOf(receivedMs + MUTE_MAX_MS)} at the latest`,
  );
}
