import { CHANNELS } from '@careledger/domain';
import type { JobWords, Jobs, LongWork, Progress } from '@careledger/service-kit';
import type { ConsentService, StepStore } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { PatientProgress } from '../../patients/progress.js';
import { fromReference, whenReached, type StatementName } from '../decisions/statement-work.js';
import type { PatientView } from './schemas.js';
import type { PatientService } from './service.js';

export interface EnrolmentsOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly consent: Pick<ConsentService, 'standing'>;
  readonly steps: Pick<StepStore, 'job'>;
  readonly progress: Pick<PatientProgress, 'until'>;
  readonly jobs: Pick<Jobs, 'watch'>;
}

/** By the first channel that lacks the registration. */
export const ENROLMENT = {
  kind: 'enrolment',
  stages: [...CHANNELS, 'settled'],
} as const satisfies JobWords;
type Stage = (typeof ENROLMENT.stages)[number];

/** Patients who were made, on their way to the ledgers. */
export function enrolmentsOf(options: EnrolmentsOptions, patients: PatientService): LongWork<PatientView> {
  const { core, consent, jobs } = options;
  /** @throws ConsentError `CONSENT_REFUSED` */
  const progressOf = ({ patientId, statementId }: StatementName): Progress<PatientView, Stage> => {
    consent.standing(core.patients.get(patientId), statementId);
    const result = patients.get(patientId);
    const open = CHANNELS.find((channel) => !result.registeredOn.includes(channel));
    return {
      ...{ isDone: open === undefined, stage: open ?? 'settled' },
      ...{ done: result.registeredOn.length, total: CHANNELS.length },
      ...{ result, resultUrl: patientPath(patientId) },
    };
  };
  return jobs.watch(ENROLMENT, async (reference, { waitMs, isEnough }) => {
    const name = fromReference(reference);
    const { patientNo } = core.patients.get(name.patientId);
    await whenReached(options, {
      ...{ patientNo, statementId: name.statementId, waitMs },
      isEnough: () => isEnough(progressOf(name)),
    });
    return progressOf(name);
  });
}

export const patientPath = (patientId: string): string => `/v1/patients/${patientId}`;
