import { Authority, Gateway } from '@careledger/client';
import type { Careledger } from '@careledger/supervisor';
import { copyFor, subscribe } from '../demo/consent.js';
import { SAMPLE_FILE } from '../demo/options.js';
import { enrol, type Person } from '../demo/people.js';
import { readRecording } from '../recording/read-recording.js';
import { shiftIntoPast } from '../recording/shift.js';
import type { Clinician } from '../sign-in/clinician.js';

/** People of the sample: the last hours of the first one's recording have an emergency in them. */
const SHARING_SUBJECT = '2133-019';
const NEW_SUBJECT = '2133-004';
/** Rows of each: four hours, one every five minutes. */
const ROWS = 48;

/** The patients of a sandbox. Their rows are what their devices have measured before. */
export interface SandboxPeople {
  /** Lets the hospital read, and the laboratory write. */
  readonly sharing: Person;
  /** Has granted nobody anything yet. */
  readonly unshared: Person;
}

/**
 * Enrols two people of the sample recording, with a paired device each.
 * @param clinician in whose unit the hospital may keep a copy of what is shared
 */
export async function enrolPeople(
  { authorities, gateway }: Careledger,
  clinician?: Clinician,
): Promise<SandboxPeople> {
  const recording = shiftIntoPast(await readRecording(SAMPLE_FILE), Date.now());
  const subjects = new Map(
    [SHARING_SUBJECT, NEW_SUBJECT].map((subject) => [
      subject,
      recording.subjects.get(subject)?.slice(-ROWS) ?? [],
    ]),
  );
  const ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
  const [sharing, unshared] = await enrol(ops, gateway.gatewayId, { ...recording, subjects });
  const { hospital, lab } = authorities;
  if (sharing === undefined || unshared === undefined || hospital === undefined || lab === undefined)
    throw new RangeError('A patient, the hospital or the laboratory is missing.');
  const reason = 'Care at home';
  await Promise.all([
    subscribe(practitionerAt(hospital), hospital.authorityId, sharing, {
      ...{ permissions: ['read'], purposes: ['TREAT', 'ETREAT'], reason },
      ...(clinician && { copy: copyFor(clinician) }),
    }),
    subscribe(practitionerAt(lab), lab.authorityId, sharing, {
      ...{ permissions: ['read', 'write'], purposes: ['TREAT'], reason: 'Laboratory results' },
    }),
  ]);
  return { sharing, unshared };
}

const practitionerAt = ({ tokens, url }: Careledger['authorities'][string]): Authority =>
  new Authority({ url, token: tokens.practitioner });
