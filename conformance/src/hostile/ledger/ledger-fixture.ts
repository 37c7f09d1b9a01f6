import {
  TestIssuer,
  TestOrganisation,
  TestPatient,
  newSigner,
  publicKeyOf,
} from '@careledger/chaincode-runtime/testing';
import type { BatchResult, StatementBody } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url, type Signer } from '@careledger/crypto';
import { canonicalJson, randomId128 } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { blockHash, type UnsignedBlock } from '@careledger/private-chain/verify';
import { newHash, recordOf } from '@careledger/records-chaincode/testing';
import { functionNamed } from '../../fixtures/chaincode/functions.js';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';
import { NO_EFFECT, THROUGH, answersOf } from '../attempt.js';
import type { LedgerTarget, Submitted } from './ledger-target.js';

/** One whose word on transactions counts. */
export interface Attestor {
  readonly issuer: TestIssuer;
  readonly signer: Signer;
}

/** What tells one vital sign from one laboratory value, for patients who scope their grants. */
export const [VITAL, LABORATORY] = [randomId128(), randomId128()] as const;

/** The client that submits what concerns patients, where a function leaves it open. */
const RELAY: IdentityName = 'patients client';
/** The first word of an organisation's identities, by its MSP ID. */
const NAME_OF: Readonly<Record<string, 'hospital' | 'lab' | 'cloud-a' | 'cloud-b'>> = {
  HospitalMSP: 'hospital',
  LabMSP: 'lab',
  CloudAMSP: 'cloud-a',
  CloudBMSP: 'cloud-b',
};

/**
 * Those who take part, honest and registered: a hospital, a lab that is a provider too, two providers, and patients as
 * many as are asked for. What one of them should not do, it does through here all the same.
 */
export class LedgerFixture {
  readonly hospital: TestOrganisation;
  readonly lab: TestOrganisation;
  readonly cloudA: TestOrganisation;
  readonly cloudB: TestOrganisation;
  /** The lab as a provider. */
  readonly labCloud: TestOrganisation;
  /** Registered nowhere yet: provider B as an authority, and the hospital as a provider. */
  readonly newAuthority: TestOrganisation;
  readonly newProvider: TestOrganisation;
  readonly #prepared = new Map<string, Promise<unknown>>();

  private constructor(
    readonly target: LedgerTarget,
    known?: LedgerFixture,
  ) {
    const organisation = (id: string, mspId: string) =>
      new TestOrganisation({ id, mspId, aud: target.networkId, iat: target.nowS() });
    this.hospital = known?.hospital ?? organisation('aut_hospital', 'HospitalMSP');
    this.lab = known?.lab ?? organisation('aut_lab', 'LabMSP');
    this.cloudA = known?.cloudA ?? organisation('prv_cloud-a', 'CloudAMSP');
    this.cloudB = known?.cloudB ?? organisation('prv_cloud-b', 'CloudBMSP');
    this.labCloud = known?.labCloud ?? organisation('prv_lab', 'LabMSP');
    this.newAuthority = organisation('aut_cloud-b', 'CloudBMSP');
    this.newProvider = organisation('prv_hospital', 'HospitalMSP');
  }

  /** Registers all organisations where they have a part. */
  static async on(target: LedgerTarget): Promise<LedgerFixture> {
    const fixture = new LedgerFixture(target);
    const register = (name: string, of: TestOrganisation, channel: ChannelName) =>
      fixture.must(adminOf(of), name, { statement: of.registration() }, channel);
    for (const channel of CHANNELS) {
      await register('RegisterAuthority', fixture.hospital, channel);
      await register('RegisterAuthority', fixture.lab, channel);
    }
    await register('RegisterProvider', fixture.cloudA, 'cloud');
    await register('RegisterProvider', fixture.cloudB, 'cloud');
    await register('RegisterProvider', fixture.labCloud, 'cloud');
    return fixture;
  }

  /** The same organisations on a copy of the ledger on which they are registered. */
  movedTo(target: LedgerTarget): LedgerFixture {
    return new LedgerFixture(target, this);
  }

  /** Seconds since 1970, for statements that expire. */
  get nowS(): number {
    return this.target.nowS();
  }

  /** The transaction's time, or one that lies apart from it, as statements have times. */
  time(apartS = 0): string {
    return new Date((this.nowS + apartS) * 1000).toISOString();
  }

  /** One who is registered nowhere. */
  stranger(consent?: Signer): TestPatient {
    return new TestPatient(this.target.networkId, this.nowS, consent);
  }

  /** One who is registered on both channels. */
  async patient(): Promise<TestPatient> {
    const patient = this.stranger();
    for (const channel of CHANNELS)
      await this.must('patients enroller', 'RegisterPatient', { statement: patient.registration() }, channel);
    return patient;
  }

  /** What is prepared once and used again by attempts that do not use it up. */
  once<Made>(name: string, make: () => Promise<Made>): Promise<Made> {
    const known = this.#prepared.get(name) ?? make();
    this.#prepared.set(name, known);
    return known as Promise<Made>;
  }

  /** A patient whom nothing here concerns. */
  bystander(): Promise<TestPatient> {
    return this.once('bystander', () => this.patient());
  }

  /** Somebody who signs under this id. */
  issuer(id: string): TestIssuer {
    return new TestIssuer(id, this.target.networkId, this.nowS);
  }

  /** The attestor of an organisation on `cloud`, registered when it is first asked for: they are few. */
  attestor(of: TestOrganisation): Promise<Attestor> {
    return this.once(`attestor of ${of.mspId}`, () => this.newAttestor(of));
  }

  /** One more attestor of an organisation. */
  async newAttestor(of: TestOrganisation): Promise<Attestor> {
    const { mspId } = of;
    const [issuer, signer] = [this.issuer(mspId), newSigner()];
    const statement = issuer.sign('registerAttestor', { mspId, key: publicKeyOf(signer) }, signer);
    await this.must(adminOf(of), 'RegisterAttestor', { statement });
    return { issuer, signer };
  }

  /** Submits, and says what it came to. */
  send(identity: IdentityName, name: string, args: unknown, channel?: ChannelName): Promise<string> {
    return answerTo(this.submit(identity, name, args, channel));
  }

  /** Submits several statements in one transaction, and says what the last one came to. */
  async sendLast(identity: IdentityName, name: string, items: readonly string[]): Promise<string> {
    const { result } = await this.submit(identity, name, { items });
    return (result as BatchResult).items.at(-1)?.code ?? 'nothing';
  }

  /** Submits what somebody is entitled to. @throws Error where it is not taken */
  async must(identity: IdentityName, name: string, args: unknown, channel?: ChannelName): Promise<unknown> {
    const submitted = await this.submit(identity, name, args, channel);
    const answer = answerOf(submitted);
    if (answer !== THROUGH) throw new Error(`${name} by ${identity} should be taken, but: ${answer}`);
    return submitted.result;
  }

  submit(identity: IdentityName, name: string, args: unknown, channel?: ChannelName): Promise<Submitted> {
    return this.target.submit({ identity, channel: channelOf(name, channel), name, args });
  }

  ask(name: string, args: unknown, channel?: ChannelName, identity: IdentityName = RELAY): Promise<unknown> {
    return this.target.evaluate({ identity, channel: channelOf(name, channel), name, args });
  }

  /** A record of the patient's, or another author's, that is stored through provider A. */
  async stored(
    by: TestPatient | TestOrganisation,
    patient: TestPatient,
    body: Partial<StatementBody<'storeRecord'>> = {},
  ): Promise<StatementBody<'storeRecord'>> {
    const record = recordOf(patient.id, body, by.id);
    await this.must('cloud-a client', 'StoreRecords', {
      items: [by.sign('storeRecord', record, writerOf(by))],
    });
    return record;
  }

  /** A grant of the patient's that is on record, by its id. */
  async granted(
    patient: TestPatient,
    to: TestOrganisation,
    body: Partial<StatementBody<'grant'>> = {},
    channel?: ChannelName,
  ): Promise<string> {
    const sid = randomId128();
    await this.must(RELAY, 'Grant', { items: [patient.grant(to.id, body, { sid })] }, channel);
    return sid;
  }

  /** A request for a record by an organisation, through provider A unless it says otherwise. */
  requestBy(
    by: TestOrganisation,
    patient: TestPatient,
    recordId: string,
    options: { readonly body?: Partial<StatementBody<'accessRequest'>>; readonly sid?: string } = {},
  ): string {
    const { body = {}, sid = randomId128() } = options;
    const asked = {
      patientId: patient.id,
      recordId,
      version: 1,
      purpose: 'TREAT' as const,
      granteeTags: [],
      relay: this.cloudA.id,
      ...body,
    };
    return by.sign('accessRequest', asked, by.signer, { iat: this.nowS, sid });
  }

  /** What a request comes to: {@link THROUGH} for a permit. */
  request(statement: string, by: IdentityName = 'cloud-a client'): Promise<string> {
    return this.send(by, 'RequestAccess', { items: [statement] });
  }
}

/** The key with which somebody writes records. */
export const writerOf = (by: TestPatient | TestOrganisation): Signer =>
  by instanceof TestPatient ? by.gateway : by.signer;

/** The client of an organisation. */
export const clientOf = ({ mspId }: TestOrganisation): IdentityName => `${nameOf(mspId)} client`;
/** The admin of an organisation. */
export const adminOf = ({ mspId }: TestOrganisation): IdentityName => `${nameOf(mspId)} admin`;

function nameOf(mspId: string) {
  const name = NAME_OF[mspId];
  if (name === undefined) throw new RangeError(`Nobody acts for ${mspId} here.`);
  return name;
}

/** A signer whose key has another one's name: what it signs names the other's key. */
export const underTheNameOf = ({ kid, publicKey }: Signer, signer: Signer = newSigner()): Signer => ({
  kid,
  publicKey,
  sign: (message) => signer.sign(message),
});

/** A block of a patient's chain, signed by whom you like. */
export function blockOf(patientId: string, height: number, signer: Signer): string {
  const unsigned: UnsignedBlock = {
    v: 1,
    type: 'frames',
    patientId,
    height,
    prev: newHash(),
    time: '2026-03-01T11:00:00.000Z',
    body: { framesRoot: newHash(), frameCount: 1, gaps: [] },
    difficulty: 0,
    nonce: 0,
  };
  const sig = toBase64url(signer.sign(fromBase64url(blockHash(unsigned, sha256))));
  return canonicalJson({ ...unsigned, sig });
}

function channelOf(name: string, channel: ChannelName | undefined): ChannelName {
  if (channel !== undefined) return channel;
  const { channels } = functionNamed(name).definition;
  const [only] = channels;
  return channels.length === 1 && only !== undefined ? only : 'cloud';
}

/** What a call came to: {@link THROUGH}, {@link NO_EFFECT}, or the codes of the refusal. */
export async function answerTo(call: Promise<Submitted>): Promise<string> {
  try {
    return answerOf(await call);
  } catch (error) {
    return codeOfError(error);
  }
}

/** The code of a refusal by the chaincode, or by the network before it. Anything else is thrown on. */
export function codeOfError(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  const { chaincodeCode, code } = error as Error & { chaincodeCode?: unknown; code?: unknown };
  if (typeof chaincodeCode === 'string') return chaincodeCode;
  if (typeof code === 'string' && ['ContractError', 'LedgerError'].includes(error.name)) return code;
  throw error;
}

interface Answer {
  readonly code?: string;
  /** Of an access request. */
  readonly access?: { readonly decision: string; readonly reason: string };
  readonly decision?: string;
  readonly reason?: string;
  readonly txId?: string;
}

/** A decision that denies is a committed success; what was carried before names its first transaction. */
function answerOf({ result, transactionId }: Submitted): string {
  const { items } = result as { items?: readonly Answer[] };
  return answersOf((items ?? [result as Answer]).map((item) => answerOfItem(item, transactionId)));
}

function answerOfItem({ code, access, txId, ...own }: Answer, transactionId: string): string {
  const { decision, reason } = access ?? own;
  if (code !== undefined && code !== 'OK') return code;
  if (txId !== undefined && txId !== transactionId) return NO_EFFECT;
  if (decision === 'deny' && reason !== undefined) return reason;
  return THROUGH;
}
