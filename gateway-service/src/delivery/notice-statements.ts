import type { StatementBody } from '@careledger/contracts';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import { nextWrapSet, readWrap } from '@careledger/envelope';
import { currentKey } from '@careledger/policy';
import { readStatement } from '@careledger/statements';
import type { GatewayCore } from '../core.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import { patientStatement } from '../patients/patient-statement.js';
import { ownParts } from '../records/own-record.js';
import type { OwnVersion } from '../records/own-version.js';

export interface NoticeStatementsOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly directory: Pick<OrganisationDirectory, 'authority'>;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
}

/** Makes the statement of a notice after its record was made: for whom it could not be made then, or who is told later. */
export class NoticeStatements {
  readonly #options: NoticeStatementsOptions;

  constructor(options: NoticeStatementsOptions) {
    this.#options = options;
  }

  /** @throws Error where the authority has no key (yet); LedgerError where nothing is known of it */
  async make(version: OwnVersion, authorityId: string): Promise<string> {
    const { core, networkId, clock } = this.#options;
    const { patientId, chain } = core.patients.byNo(version.patientNo);
    const { recordId, providerId, tagGroups, manifest, periodStart, periodEnd } = version;
    const { seed } = readStatement(version.storeStatement).payload.body as StatementBody<'storeRecord'>;
    const wrap = await this.#wrapFor(version, authorityId);
    const period = { start: periodStart, end: periodEnd };
    const body = {
      ...{ patientId, recordId, seed, version: version.version, period, providerId, authorityId },
      ...{ tagGroups, manifest, wrap },
    };
    const about = { patientId, networkId, channels: ['authorities'] as const, body, nowMs: clock() };
    return patientStatement('emergencyNotice', about, chain.signer);
  }

  /** Its wrap in the version's set; where it has none, one that is made for the notice. */
  async #wrapFor(version: OwnVersion, authorityId: string): Promise<string> {
    const { core, directory, verifier } = this.#options;
    const publicKey = currentKey((await directory.authority(authorityId)).encryptionKeys);
    if (publicKey === undefined) throw new Error(`${authorityId} has no key to encrypt to`);
    const kid = kidOf('X25519', publicKey);
    const held = version.wraps.find((jwe) => readWrap(jwe).kid === kid);
    if (held !== undefined) return held;
    const patient = core.patients.byNo(version.patientNo);
    const kids = new Set(version.wraps.map((jwe) => readWrap(jwe).kid));
    const ownKey = core.patients.keys(patient.patientId).encryptionAmong(kids);
    const next = await nextWrapSet(
      { ...ownParts(patient, version, version, verifier), wraps: version.wraps, ownKey },
      { add: [{ publicKey }], drop: new Set() },
      patient.chain.signer,
    );
    const made = next?.wraps.find((wrap) => wrap.kid === kid);
    if (made === undefined) throw new Error(`No wrap of record ${version.recordId} for ${authorityId}`);
    return made.jwe;
  }
}
