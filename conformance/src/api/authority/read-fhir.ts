import { checkResource } from '@careledger/fhir';
import type { RunningService } from '@careledger/supervisor';
import { call, type ApiAnswer } from '../../fixtures/services/api-client.js';

/** What a practitioner reads at `/fhir`, a resource whatever the status. */
export async function readFhir(service: RunningService, path: string): Promise<ApiAnswer> {
  const answer = await call(service, 'practitioner', `GET ${path}`);
  checkResource(answer.body);
  return answer;
}
