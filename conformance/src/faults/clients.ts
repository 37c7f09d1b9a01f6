import { Authority, Gateway } from '@careledger/client';
import type { Person } from '@careledger/examples';
import type { Careledger } from '@careledger/supervisor';

/** What a person would have seen counts: none of these asks twice. */
const RETRY = { attempts: 1 };

/** Takes turns: the first, the second, …, the first again. */
function inTurn<T>(items: readonly T[]): () => T {
  let next = 0;
  return () => {
    const item = items[next++ % items.length];
    if (item === undefined) throw new RangeError('There is nobody to take turns.');
    return item;
  };
}

/** A practitioner of the hospital who opens a patient's record: one permit on the ledger each time. */
export function practitioner(careledger: Careledger, people: readonly Person[]): () => Promise<void> {
  const hospital = careledger.authorities['hospital'];
  if (hospital === undefined) throw new RangeError('There is no hospital.');
  const { tokens, url } = hospital;
  const api = new Authority({ url, token: tokens.practitioner, retry: RETRY });
  const nextPatient = inTurn(people);
  return async () => {
    const { patientId } = nextPatient();
    const { records } = await api.listRecords({ query: { patientId, limit: 1 } });
    const [record] = records;
    if (record === undefined) throw new Error(`The hospital sees no record of ${patientId} yet.`);
    await api.getRecord({ path: { recordId: record.recordId }, query: { patientId } });
  };
}

/** A patient who looks up who has read: a question to the ledger through the gateway. */
export function patient(people: readonly Person[]): () => Promise<void> {
  const nextPatient = inTurn(people);
  return async () => {
    const { api, patientId } = nextPatient();
    const patient = new Gateway({ ...api.connection, retry: RETRY });
    await patient.listPatientAccesses({ path: { patientId } });
  };
}
