import { Type } from 'typebox';
import { Id128 } from '@careledger/domain';
import { CONFIGURED_ROLES, type Role } from '../config/roles.js';
import { principalOf, requireRole } from '../http/auth.js';
import { withExamples } from '../http/examples.js';
import { Next, pageQuery } from '../http/pages.js';
import { preferredWaitMs } from '../http/preferences.js';
import type { ServiceApp } from '../http/service.js';
import { exampleJob, exampleSummary } from './example.js';
import { JOBS_PATH, Job, JobSummary, jobPath } from './job.js';
import type { Jobs } from './jobs.js';
import { JOB_RETRY_S } from './long-work.js';

const JOBS_DEFAULT = 20;
const JOBS_MAX = 100;

/** Each caller's own jobs: whoever may ask for long work may look at it. After the parts that have jobs. */
export async function jobsPlugin(
  app: ServiceApp,
  {
    jobs,
    more = [],
  }: {
    readonly jobs: Jobs;
    /** Roles whose tokens the service hands out. */ readonly more?: readonly Role[];
  },
): Promise<void> {
  const config = {
    ...requireRole('patient', ...CONFIGURED_ROLES.filter((role) => role !== 'patient'), ...more),
    isCallersOwn: true as const,
  };
  const [words] = jobs.words;
  if (words === undefined) throw new RangeError('No part of the service has jobs');
  const [stage = ''] = words.stages;
  app.get(
    JOBS_PATH,
    {
      config,
      schema: {
        summary: 'Jobs that this token has asked for, newest first; one that has ended is kept for 30 days',
        querystring: Type.Object(pageQuery({ byDefault: JOBS_DEFAULT, max: JOBS_MAX })),
        response: {
          200: withExamples(Type.Object({ jobs: Type.Array(JobSummary), next: Next }), {
            jobs: [exampleSummary(words, { stage })],
            next: null,
          }),
        },
      },
    },
    async (request) => jobs.list(principalOf(request).tokenSha256, request.query),
  );

  app.get(
    jobPath(':jobId'),
    {
      config: { ...config, isLongWork: true },
      schema: {
        summary: 'How far a job has come; `Prefer: wait=N` waits for its end',
        problems: ['NOT_FOUND'],
        params: Type.Object({ jobId: Id128 }),
        response: { 200: withExamples(Job, exampleJob(words, { stage }, null)) },
      },
    },
    async (request, reply) => {
      const { tokenSha256 } = principalOf(request);
      const job = await jobs.get(tokenSha256, request.params.jobId, preferredWaitMs(request, 0));
      if (job.state === 'running') reply.header('retry-after', JOB_RETRY_S);
      return job;
    },
  );

  app.addHook('onClose', () => jobs.stop());
}
