import { Authority, isProblem, type ProblemCode } from '@careledger/client';
import type { Careledger } from '@careledger/supervisor';
import { NoticeInbox } from '../client/notice-inbox.js';
import type { Clinician } from '../sign-in/clinician.js';
import type { Narrator } from './narrator.js';
import type { Person } from './people.js';

/** The parts of the scenarios, by the names of those who play them. */
const READER = 'hospital';
const WRITER = 'lab';
const OUTSIDER = 'insurer';
/** Authorities that the demo needs, where the network has them. */
export const DEMO_AUTHORITIES: readonly string[] = [READER, WRITER, OUTSIDER];
/** Of these, those at which people sign in. */
export const DEMO_IDENTITIES: readonly string[] = [READER];

/** Who takes part in the scenarios. */
export interface DemoContext {
  readonly careledger: Careledger;
  readonly people: readonly Person[];
  readonly narrator: Narrator;
  /** Who signs in at the hospital, where it has a provider: then patients let it keep a copy. */
  readonly clinician?: Clinician | undefined;
}

/** An authority as its practitioners reach it. */
export interface AuthorityClient {
  readonly name: string;
  readonly authorityId: string;
  readonly api: Authority;
}

function authorityNamed({ careledger }: DemoContext, name: string): AuthorityClient | undefined {
  const service = careledger.authorities[name];
  return (
    service && {
      name,
      authorityId: service.authorityId,
      api: new Authority({ url: service.url, token: service.tokens.practitioner }),
    }
  );
}

/** Who reads: every network has a hospital. */
export function hospitalOf(context: DemoContext): AuthorityClient {
  const hospital = authorityNamed(context, READER);
  if (hospital === undefined) throw new RangeError('There is no hospital.');
  return hospital;
}

/** Who writes clinical records: the lab, where the network has one. */
export const writerOf = (context: DemoContext): AuthorityClient =>
  authorityNamed(context, WRITER) ?? hospitalOf(context);

/** Who has no grant, where the network has somebody to spare. */
export const outsiderOf = (context: DemoContext): AuthorityClient | undefined =>
  authorityNamed(context, OUTSIDER);

/** Follows the hospital's notices from now on; `after` 0: all that it has. */
export function followHospital(context: DemoContext, after?: number): Promise<NoticeInbox> {
  return NoticeInbox.open(hospitalOf(context).api, after);
}

/** The newest record of a patient that an authority knows of. */
export async function newestRecordOf({ api }: AuthorityClient, patientId: string) {
  const { records } = await api.listRecords({ query: { patientId, limit: 1 } });
  return records[0];
}

/** A refusal that is expected; anything else is a failure of the demo. */
export async function expectRefusal(call: Promise<unknown>, code?: ProblemCode): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (isProblem(error, code) && error.status === 403) return;
    throw error;
  }
  throw new Error(`A request that must be refused${code === undefined ? '' : ` with ${code}`} was not.`);
}

/** A pseudonym as lines for people show it. */
export const short = (patientId: string): string => `${patientId.slice(0, 10)}…`;
