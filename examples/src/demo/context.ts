import type { Careledger } from '@careledger/supervisor';
import { Type } from 'typebox';
import { ApiClient, ApiError } from '../client/api-client.js';
import { NoticeStream } from '../client/notice-stream.js';
import type { Narrator } from './narrator.js';
import type { Person } from './people.js';

const RecordList = Type.Object({
  records: Type.Array(
    Type.Object({
      recordId: Type.String(),
      kind: Type.String(),
      providerId: Type.String(),
      version: Type.Integer(),
    }),
  ),
});

/** The parts of the scenarios, by the names of those who play them. */
const READER = 'hospital';
const WRITER = 'lab';
const OUTSIDER = 'insurer';
/** Authorities that the demo needs, where the network has them. */
export const DEMO_AUTHORITIES: readonly string[] = [READER, WRITER, OUTSIDER];

/** Who takes part in the scenarios. */
export interface DemoContext {
  readonly careledger: Careledger;
  readonly people: readonly Person[];
  readonly narrator: Narrator;
}

/** An authority as its practitioners reach it. */
export interface AuthorityClient {
  readonly name: string;
  readonly authorityId: string;
  readonly api: ApiClient;
}

function authorityNamed({ careledger }: DemoContext, name: string): AuthorityClient | undefined {
  const service = careledger.authorities[name];
  return (
    service && {
      name,
      authorityId: service.authorityId,
      api: new ApiClient(service.url, service.tokens.practitioner),
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
export function followHospital({ careledger }: DemoContext, after?: number): Promise<NoticeStream> {
  const hospital = careledger.authorities[READER];
  if (hospital === undefined) throw new RangeError('There is no hospital.');
  return NoticeStream.open(hospital.url, hospital.tokens.practitioner, undefined, after);
}

/** The newest record of a patient that an authority knows of. */
export async function newestRecordOf({ api }: AuthorityClient, patientId: string) {
  const { records } = await api.call('GET', `/v1/records?patientId=${patientId}&limit=1`, RecordList);
  return records[0];
}

/** A refusal that is expected; anything else is a failure of the demo. */
export async function expectRefusal(call: Promise<unknown>, code?: string): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403 && (code === undefined || error.code === code))
      return;
    throw error;
  }
  throw new Error(`A request that must be refused${code === undefined ? '' : ` with ${code}`} was not.`);
}

/** A pseudonym as lines for people show it. */
export const short = (patientId: string): string => `${patientId.slice(0, 10)}…`;
