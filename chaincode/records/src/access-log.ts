import { PRESENT, type StateWriter } from '@careledger/chaincode-runtime';
import type { AccessState } from '@careledger/contracts';
import { accesses, accessesByRequester, accessesByTime } from './families.js';

/** Writes an access down where it is found: by itself, by the patient and by the requester. */
export function putAccess(state: StateWriter, access: AccessState): void {
  const { patientId, requester, requestSid, at } = access;
  state.put(accesses.at(patientId, requester, requestSid), access);
  state.put(accessesByTime.at(patientId, at, requester, requestSid), PRESENT);
  state.put(accessesByRequester.at(patientId, requester, at, requestSid), PRESENT);
}
