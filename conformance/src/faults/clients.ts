import { ApiClient, type Person } from '@careledger/examples';
import type { Careledger } from '@careledger/supervisor';
import { Type } from 'typebox';

const Anything = Type.Unknown();
const Records = Type.Object({ records: Type.Array(Type.Object({ recordId: Type.String() })) });

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
  const api = new ApiClient(hospital.url, hospital.tokens.practitioner);
  const nextPatient = inTurn(people);
  return async () => {
    const { patientId } = nextPatient();
    const { records } = await api.call('GET', `/v1/records?patientId=${patientId}&limit=1`, Records);
    const [record] = records;
    if (record === undefined) throw new Error(`The hospital sees no record of ${patientId} yet.`);
    await api.call('GET', `/v1/records/${record.recordId}?patientId=${patientId}`, Anything);
  };
}

/** A patient who looks up who has read: a question to the ledger through the gateway. */
export function patient(people: readonly Person[]): () => Promise<void> {
  const nextPatient = inTurn(people);
  return async () => {
    const { api, patientId } = nextPatient();
    await api.call('GET', `/v1/patients/${patientId}/accesses`, Anything);
  };
}
