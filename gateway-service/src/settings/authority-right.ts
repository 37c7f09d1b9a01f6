import { accessControl, type StatementBody } from '@careledger/contracts';
import type { Permission } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { currentKey } from '@careledger/policy';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import { SettingsError } from './errors.js';

/** Either gives the right to set how a patient is watched. */
const EITHER_OF: readonly Permission[] = ['modify', 'write'];

/** The signing key of an authority that is in force, raw bytes: from the ledger, whatever is known of it here. */
export async function authorityKey(
  ledger: LedgerReader,
  authorityId: string,
): Promise<Uint8Array | undefined> {
  const { signingKeys } = await onLedger(() =>
    ledger.channel('authorities').evaluate(accessControl, 'GetAuthority', { authorityId }),
  );
  return currentKey(signingKeys);
}

/**
 * Refuses an authority, or one of its people, that the patient has not let change anything: the ledger decides. Settings are
 * about every record, so that no grant with a scope suffices.
 * @throws SettingsError `SETTINGS_NOT_GRANTED`
 */
export async function assertGranted(
  ledger: LedgerReader,
  requester: string,
  { patientId, practitionerId, purpose = 'TREAT', granteeTags = [] }: StatementBody<'settings'>,
): Promise<void> {
  const who = { patientId, requester, granteeTags, ...(practitionerId !== undefined && { practitionerId }) };
  const requests = EITHER_OF.map((permission) => ({ ...who, permission, purpose, tagGroups: [] }));
  const { decisions } = await onLedger(() =>
    ledger.channel('authorities').evaluate(accessControl, 'DecideAll', { requests }),
  );
  if (decisions.some((decided) => decided?.decision === 'permit')) return;
  const reason = decisions[0]?.reason ?? 'PATIENT_UNKNOWN';
  throw new SettingsError('SETTINGS_NOT_GRANTED', `The ledger lets ${requester} set nothing: ${reason}`, {
    members: { reason },
  });
}
