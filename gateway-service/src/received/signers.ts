import { accessControl, type PatientState, type StoredRecordState } from '@careledger/contracts';
import { everyKey } from '@careledger/policy';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';

/** Every key with which a patient's gateway may have signed, as channel `cloud` has them. @throws LedgerError */
export async function gatewayKeysOf(
  ledger: LedgerReader,
  patientId: string,
): Promise<PatientState['gatewayKeys']> {
  const { gatewayKeys } = await ledger.channel('cloud').evaluate(accessControl, 'GetPatient', { patientId });
  return gatewayKeys;
}

/** Who has to have signed what of a version that an authority wrote. @throws LedgerError */
export async function signersOf(
  directory: Pick<OrganisationDirectory, 'authority' | 'providerKeys'>,
  { author, providerId }: Pick<StoredRecordState, 'author' | 'providerId'>,
  gateway: PatientState['gatewayKeys'],
) {
  const [{ signingKeys }, keys] = await Promise.all([
    directory.authority(author),
    directory.providerKeys(providerId),
  ]);
  return {
    authorKeys: everyKey(signingKeys),
    /** @param token the provider's word that it took the set; undefined for the first one */
    wrapSigners: (token: string | undefined) => ({
      ...{ author: signingKeys, gateway },
      ...(token !== undefined && { acceptance: { token, keys } }),
    }),
  };
}
