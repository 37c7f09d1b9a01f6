import type { Jobs, ServiceApp } from '@careledger/service-kit';
import { RecoveryService, type RecoveryServiceOptions } from './recovery-service.js';
import { addRecoveryRoutes } from './routes.js';
import { vouchingOf } from './vouching.js';

export interface RecoveriesOptions extends RecoveryServiceOptions {
  readonly answerWithinMs: number;
  readonly jobs: Pick<Jobs, 'perform'>;
}

/** Patients whose consent key is lost, or in another's hands. */
export async function recoveriesPlugin(app: ServiceApp, options: RecoveriesOptions): Promise<void> {
  const { answerWithinMs, jobs } = options;
  const service = new RecoveryService(options);
  addRecoveryRoutes(app, { service, vouching: vouchingOf(jobs, service), answerWithinMs });
}
