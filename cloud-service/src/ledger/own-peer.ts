import {
  accessControl,
  records,
  type AuthorityState,
  type GrantState,
  type PatientState,
  type PolicyChangeState,
  type ProviderState,
  type StoredRecordState,
  type WrapHolderState,
} from '@careledger/contracts';
import { allRows, orUndefined, type LedgerChannel } from '@careledger/ledger';

/**
 * Channel `cloud` as this provider's own peer has it. What a provider decides by itself it decides by this: another
 * organisation's peer is somebody else's word.
 */
export class OwnPeer {
  readonly #channel: LedgerChannel;
  readonly #own: { readonly peerMspId: string };

  /** @param mspId this provider's organisation */
  constructor(channel: LedgerChannel, mspId: string) {
    this.#channel = channel;
    this.#own = { peerMspId: mspId };
  }

  /** @throws LedgerError, PATIENT_UNKNOWN among others */
  patient(patientId: string): Promise<PatientState> {
    return this.#channel.evaluate(accessControl, 'GetPatient', { patientId }, this.#own);
  }

  /** Those of these patients that are registered, by id; asked for at once. @throws LedgerError */
  async patients(patientIds: readonly string[]): Promise<ReadonlyMap<string, PatientState>> {
    if (patientIds.length === 0) return new Map();
    const asked = { patientIds: [...patientIds] };
    const { patients } = await this.#channel.evaluate(accessControl, 'GetPatients', asked, this.#own);
    // What a peer answers that nobody asked for counts for nothing: each is found by its own id.
    return new Map(patients.flatMap((patient) => (patient === null ? [] : [[patient.patientId, patient]])));
  }

  /** @throws LedgerError, AUTHORITY_UNKNOWN among others */
  authority(authorityId: string): Promise<AuthorityState> {
    return this.#channel.evaluate(accessControl, 'GetAuthority', { authorityId }, this.#own);
  }

  /** @throws LedgerError, PROVIDER_UNKNOWN among others */
  provider(providerId: string): Promise<ProviderState> {
    return this.#channel.evaluate(accessControl, 'GetProvider', { providerId }, this.#own);
  }

  /** All grants of a patient, those that are over or revoked included. @throws LedgerError */
  grants(patientId: string): Promise<GrantState[]> {
    return allRows((page) =>
      this.#channel.evaluate(accessControl, 'ListGrants', { patientId, ...page }, this.#own),
    );
  }

  /** @throws LedgerError */
  async policyVersion(patientId: string): Promise<number> {
    const { version } = await this.#channel.evaluate(
      accessControl,
      'GetPolicyVersion',
      { patientId },
      this.#own,
    );
    return version;
  }

  /** The versions of a patient's policy after one, oldest first. @throws LedgerError */
  policyChanges(patientId: string, afterVersion: number): Promise<PolicyChangeState[]> {
    const after = { patientId, afterVersion };
    return allRows((page) =>
      this.#channel.evaluate(accessControl, 'ListPolicyChanges', { ...after, ...page }, this.#own),
    );
  }

  /** Providers that have stored records of a patient. @throws LedgerError */
  wrapHolders(patientId: string): Promise<WrapHolderState[]> {
    return allRows((page) =>
      this.#channel.evaluate(records, 'ListWrapHolders', { patientId, ...page }, this.#own),
    );
  }

  /** A stored version, whoever holds it; undefined where this peer knows none. @throws LedgerError */
  storedVersion(
    patientId: string,
    recordId: string,
    version: number,
  ): Promise<StoredRecordState | undefined> {
    const wanted = { patientId, recordId, version };
    return orUndefined(this.#channel.evaluate(records, 'GetRecord', wanted, this.#own), 'RECORD_UNKNOWN');
  }

  /**
   * What the chaincode would say now to a statement about a record's version, without anything being ordered.
   * @returns `OK` or a ContractCode
   * @throws LedgerError
   */
  async wouldStore(transaction: 'StoreRecords' | 'ReviseRecords', statement: string): Promise<string> {
    const args = { items: [statement] };
    const { items } = await this.#channel.evaluate(records, transaction, args, this.#own);
    return items[0]?.code ?? 'STATEMENT_MALFORMED';
  }

  /**
   * The same for a patient's revocation.
   * @returns with the transaction that carried it, where this peer has that already
   * @throws LedgerError
   */
  async wouldRevoke(statement: string): Promise<{ readonly code: string; readonly earlierTxId?: string }> {
    const args = { items: [statement] };
    const { result, transactionId } = await this.#channel.preview(accessControl, 'Revoke', args, this.#own);
    const [item] = result.items;
    if (item === undefined) return { code: 'STATEMENT_MALFORMED' };
    const { code, txId } = item;
    return { code, ...(code === 'OK' && txId !== transactionId && { earlierTxId: txId }) };
  }

  /** How many blocks it has. @throws LedgerError */
  height(): Promise<bigint> {
    return this.#channel.height(this.#own);
  }

  /** A page of one shows that it answers. @throws LedgerError */
  async ping(): Promise<void> {
    await this.#channel.evaluate(accessControl, 'ListProviders', { pageSize: 1 }, this.#own);
  }
}
