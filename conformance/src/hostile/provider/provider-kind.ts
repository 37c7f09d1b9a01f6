import { answersOf, kindOf, type AttemptKind, type Try } from '../attempt.js';
import { gatewayOf } from '../../fixtures/providers/made-version.js';
import { codeOf, type ProviderFixture } from './provider-fixture.js';

export type ProviderKind = AttemptKind<ProviderFixture>;
export type Run = Try<ProviderFixture>['run'];

/** What is answered to whoever speaks for another organisation than that of the token. */
export const MISMATCH = 'ORGANISATION_MISMATCH';

export const kind = kindOf<ProviderFixture>;

/** The same call with the tokens of several organisations. */
export const asEach = async (mspIds: readonly string[], call: (mspId: string) => Promise<unknown>) => {
  const answers = [];
  for (const mspId of mspIds) answers.push(await codeOf(call(mspId)));
  return answersOf(answers);
};

/** A version of a patient's gateway, stored nowhere. */
export async function version({ cloud }: ProviderFixture) {
  const patient = await cloud.newPatient();
  return { patient, made: await cloud.version(patient.id, gatewayOf(patient)) };
}
