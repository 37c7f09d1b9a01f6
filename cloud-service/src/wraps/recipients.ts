import type { GrantState, KeyPeriod, PatientState } from '@careledger/contracts';
import { kidOf } from '@careledger/crypto';
import type { Period } from '@careledger/domain';
import { currentKey, everyKey, readingGrants, termsOnRecord, type TaggedVersion } from '@careledger/policy';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';

/** How long an authority's keys are taken from memory. A key that is not among them is looked for at the peer at once. */
const AUTHORITY_KEYS_MAX_AGE_MS = 10_000;

/** Thumbprints of all keys that somebody has or had for receiving wraps. */
export const recipientKids = (periods: readonly KeyPeriod[]): string[] =>
  everyKey(periods).map((key) => kidOf('X25519', key));

/** Thumbprints of those who may have a wrap of a version. */
export interface Allowed {
  /** Keys of all of them, former ones included. */
  readonly kids: ReadonlySet<string>;
  /** Of these, former keys of the patient's: they go once the key in force has its wrap. */
  readonly former: ReadonlySet<string>;
  /** The patient's key in force. */
  readonly current: string | undefined;
}

/** Whose wraps belong into a version's set, by the ledger at this provider's own peer. */
export class Recipients {
  readonly #ownPeer: OwnPeer;
  readonly #clock: Clock;
  readonly #authorities = new Map<string, { readonly kids: readonly string[]; readonly atMs: number }>();

  constructor(ownPeer: OwnPeer, clock: Clock) {
    this.#ownPeer = ownPeer;
    this.#clock = clock;
  }

  /**
   * Keys of the patient, the author and every authority whose grant to read the version stands and is not denied, former
   * keys and those for break-glass included. A wrap for any other key has to go.
   * @param wanted keys that the caller thinks belong there: one that is not known is looked for at the peer
   * @throws LedgerError
   */
  async of(version: TaggedVersion<Period>, wanted: ReadonlySet<string>): Promise<Allowed> {
    return (await this.ofPatient(version.patientId))(version, wanted);
  }

  /** The same for many versions of a patient's, by the rules of this moment. @throws LedgerError */
  async ofPatient(patientId: string): Promise<Recipients['of']> {
    const [patient, rules] = await Promise.all([
      this.#ownPeer.patient(patientId),
      this.#ownPeer.grants(patientId),
    ]);
    return (version, wanted) => this.#among({ patient, rules }, version, wanted);
  }

  async #among(
    { patient, rules }: { readonly patient: PatientState; readonly rules: readonly GrantState[] },
    version: TaggedVersion<Period>,
    wanted: ReadonlySet<string>,
  ): Promise<Allowed> {
    const { patientId, author } = version;
    const nowMs = this.#clock().wallMs;
    const standing = readingGrants(rules, termsOnRecord(version), nowMs);
    const readers = new Set(standing.map(({ authorityId }) => authorityId));
    if (author !== patientId) readers.add(author);
    const patients = recipientKids(patient.encryptionKeys);
    const known = await this.#kidsOf(readers, AUTHORITY_KEYS_MAX_AGE_MS);
    const isAllKnown = [...wanted].every((kid) => patients.includes(kid) || known.includes(kid));
    const key = currentKey(patient.encryptionKeys);
    const current = key && kidOf('X25519', key);
    return {
      kids: new Set([...patients, ...(isAllKnown ? known : await this.#kidsOf(readers, 0))]),
      ...{ former: new Set(patients.filter((kid) => kid !== current)), current },
    };
  }

  async #kidsOf(authorityIds: ReadonlySet<string>, maxAgeMs: number): Promise<string[]> {
    const kids = await Promise.all([...authorityIds].map((id) => this.#kidsOfOne(id, maxAgeMs)));
    return kids.flat();
  }

  async #kidsOfOne(authorityId: string, maxAgeMs: number): Promise<readonly string[]> {
    const nowMs = this.#clock().monotonicMs;
    const held = this.#authorities.get(authorityId);
    if (held !== undefined && nowMs - held.atMs < maxAgeMs) return held.kids;
    const { encryptionKeys, breakGlassKeys } = await this.#ownPeer.authority(authorityId);
    const kids = recipientKids([...encryptionKeys, ...breakGlassKeys]);
    this.#authorities.set(authorityId, { kids, atMs: nowMs });
    return kids;
  }
}
