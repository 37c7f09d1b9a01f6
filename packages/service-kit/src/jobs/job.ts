import { Id128, NullOr, Timestamp } from '@careledger/domain';
import { Type, type Static, type TSchema } from 'typebox';

/** A problem as RFC 9457 has it, with members of its code's own. */
const JobProblem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
  },
  {
    title: 'JobProblem',
    description: 'What the request would have been refused with (RFC 9457)',
    additionalProperties: true,
  },
);

/** What is told of a job in a list. */
export const JobSummary = Type.Object(
  {
    jobId: Id128,
    kind: Type.String({ description: 'What is done, in one word' }),
    state: Type.Enum(['running', 'succeeded', 'failed'], {
      description: 'One that has ended stays as it ended',
    }),
    stage: Type.String({ description: 'How far it has come, in the words of its kind' }),
    done: NullOr(Type.Integer({ minimum: 0, description: 'Of `total`; null where it cannot be counted' })),
    total: NullOr(Type.Integer({ minimum: 0 })),
    createdAt: Timestamp,
    endedAt: NullOr(Timestamp),
    lastError: NullOr(
      Type.String({ description: 'Why the newest try failed; it is tried again until it ends' }),
    ),
    resultUrl: NullOr(
      Type.String({ description: 'Where the result is found, as a path; null where nowhere' }),
    ),
    problem: NullOr(JobProblem),
  },
  { title: 'JobSummary' },
);
export type JobSummary = Static<typeof JobSummary>;

/** A job whose result has this schema. @param title of the whole, in descriptions */
export const jobOf = <Result extends TSchema>(title: string, result: Result) =>
  Type.Object({ ...JobSummary.properties, result }, { title });

/** Work that goes on after its request was answered with 202. */
export const Job = jobOf(
  'Job',
  Type.Unknown({
    description:
      'What the request would be answered with if it came now, as its 200 or 201 describes it; null while there is ' +
      'nothing to tell, and where it failed',
  }),
);
export type Job<Result = unknown> = JobSummary & { readonly result: Result };

/** A kind of jobs: its name, and the stages that one goes through, in its words. */
export interface JobWords<Stage extends string = string> {
  readonly kind: string;
  readonly stages: readonly Stage[];
}

/** Where a job is looked at. */
export const JOBS_PATH = '/v1/jobs';
export const jobPath = (jobId: string): string => `${JOBS_PATH}/${jobId}`;
