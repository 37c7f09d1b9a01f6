import {
  DECISION_CHANNELS,
  decisionStatement,
  delegateBody,
  delegationSentence,
  grantBody,
  grantSentence,
  meaningOf,
  registrationStatement,
  sealDelegateName,
  sealMeaning,
  sentenceOf,
  toldOf,
  type Decision,
  type DelegationTerms,
  type GrantTerms,
} from '@careledger/consent';
import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { fromBase64url, jwkThumbprint, toBase64url } from '@careledger/crypto/portable';
import { ANY, AuthorityId, NetworkId, PatientId, PublicKey, type ScopeTerm } from '@careledger/domain';
import { sealToOne } from '@careledger/envelope/portable';
import { SEALED_CONTEXT, type GrantMeaning } from '@careledger/protocol/sealed';
import {
  StatementError,
  checkStatement,
  signStatement,
  type NewStatement,
} from '@careledger/statements/portable';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import {
  actingMeaning,
  byDelegation,
  requireDelegable,
  cardOf,
  checkCard,
  type Appointment,
  type DelegateCard,
} from './acting.js';
import type { AuthorityAnswer, KeyOfferAnswer, OfferAnswer, OfferedUse, ScopeKeyAnswer } from './answers.js';
import { checkAuthorityKey } from './authority-key.js';
import { SignerError } from './errors.js';
import {
  OFFERED_USES,
  decisionsOf,
  encryptionKeyIn,
  highestSeq,
  noted,
  offeredKeyIn,
  readSigned,
} from './journal.js';
import { checkOwnState, seqFloorOf, type GatewayView, type OwnState } from './own-state.js';
import { patientKey, type PatientKey } from './patient-key.js';
import { hmacSha256, sha256, verifier } from './primitives.js';
import { withScopeKey } from './recovered.js';
import { keyInForce, openRotation, rotated, rotationBody } from './rotation.js';
import { randomBytes, type VaultContent } from './vault.js';

const SECRET_BYTES = 32;
const MS_PER_S = 1_000;

/** What the gateway takes as it is; a registration goes by `enrol`, a check-in code to the authority. */
const SENT: ReadonlySet<string> = new Set([
  'grant',
  'revoke',
  'revokeAll',
  'delegate',
  'endDelegation',
  'rejectSubscription',
  'rotatePatientKey',
  'objectToRecovery',
  'takeOver',
  'settings',
  'acknowledgeAlarm',
  'muteAlarms',
] satisfies Decision['name'][]);

/** A decision that waits for the patient's yes: what will be signed, and what that means. */
export interface Prepared {
  readonly sentence: string;
  readonly statement: NewStatement;
}

/** A decision that needs nothing but a body, and no number. */
export type PlainDecision = Extract<
  Decision,
  { name: 'rejectSubscription' | 'settings' | 'acknowledgeAlarm' | 'muteAlarms' | 'checkIn' }
>;

/**
 * A backup's content as it may be used again: decisions that were signed after it was made are not in it, so that their
 * numbers are left out. One that was used again would count for nothing.
 */
export const restored = (content: VaultContent): VaultContent => ({
  ...content,
  seqFloor: seqFloorOf(decisionsOf(content.journal), content.seqFloor),
});

/** New secrets for a patient who is not registered yet. @throws SignerError `NAME_MALFORMED` */
export async function newContent(networkId: string): Promise<VaultContent> {
  const seed = randomBytes(SECRET_BYTES);
  const { patientId } = await patientKey(seed);
  return contentOf(networkId, patientId, seed);
}

/** New secrets for somebody who is to decide for a patient, and for nobody else. @throws SignerError `NAME_MALFORMED` */
export function newActingContent(networkId: string, patientId: string): VaultContent {
  assertNamed(PatientId, patientId, 'patient ID');
  return { ...contentOf(networkId, patientId, randomBytes(SECRET_BYTES)), acting: { path: [], scope: [] } };
}

/**
 * A new key for a patient who has lost the former one with its file. What the patient ID follows from, and what gives
 * tags, is not in it.
 * @throws SignerError `NAME_MALFORMED`
 */
export function newRecoveredContent(networkId: string, patientId: string): VaultContent {
  assertNamed(PatientId, patientId, 'patient ID');
  return { ...contentOf(networkId, patientId, randomBytes(SECRET_BYTES)), recovered: true };
}

/** A new key in the place of the one in a former file or backup of the patient's, e.g. because somebody else has that. */
export async function recoveredFrom(former: VaultContent): Promise<VaultContent> {
  if (former.acting !== undefined)
    throw new SignerError(
      'DELEGATION_EXCEEDED',
      'This file decides for somebody else: another key is another card',
    );
  const kept = restored(former);
  delete kept.nextSeed;
  const { publicKey } = await patientKey(fromBase64url(former.consentSeed), former.patientId);
  const consentSeed = toBase64url(randomBytes(SECRET_BYTES));
  return { ...kept, firstKey: kept.firstKey ?? toBase64url(publicKey), consentSeed };
}

function contentOf(networkId: string, patientId: string, seed: Uint8Array): VaultContent {
  assertNamed(NetworkId, networkId, 'network ID');
  return {
    ...{ v: 1, networkId, patientId, authorities: {}, journal: [] },
    ...{ consentSeed: toBase64url(seed), scopeKey: toBase64url(randomBytes(SECRET_BYTES)) },
  };
}

/**
 * The patient's side of consent: computes what is signed by itself, says it in words, and signs. What it gets from the
 * gateway is held against what was signed before and whom the patient trusts. `content` is what has to be kept: before a
 * statement leaves, and after the gateway took it.
 */
export class ConsentSigner {
  #content: VaultContent;
  #key: PatientKey;

  private constructor(
    content: VaultContent,
    key: PatientKey,
    readonly clock: () => number,
  ) {
    this.#content = content;
    this.#key = key;
  }

  /** @throws SignerError `VAULT_MALFORMED`: the key is another patient's */
  static async of(content: VaultContent, clock: () => number = Date.now): Promise<ConsentSigner> {
    return new ConsentSigner(content, await keyInForce(content), clock);
  }

  /** The one that signs. */
  get key(): PatientKey {
    return this.#key;
  }

  get content(): VaultContent {
    return this.#content;
  }

  /** @throws SignerError: what the gateway says is not what it took */
  ownState(view: GatewayView): OwnState {
    // A delegate counts by itself, and answers for nothing of the patient's.
    if (this.#content.acting !== undefined)
      return { ...view, policySeq: this.#nextSeq(undefined), unknown: [] };
    return checkOwnState({ ...this.#content, kid: this.key.kid }, decisionsOf(this.#content.journal), view);
  }

  /**
   * A grant, or a denial.
   * @param authority whom it is about; undefined for a denial to any
   * @param ahead decisions that were prepared before this one and are not signed yet
   * @throws SignerError: the gateway's state or the authority's key is not to be believed
   */
  async grant(
    terms: GrantTerms,
    view: GatewayView,
    authority: AuthorityAnswer | undefined,
    ahead = 0,
  ): Promise<Prepared> {
    const policySeq = this.#nextSeq(view) + ahead;
    const { acting } = this.#content;
    const meaning = this.#meaning(terms);
    const sealed = await this.#sealed(terms, meaning, authority);
    const decision = this.#signed({
      name: 'grant',
      body: grantBody(
        { ...terms, until: terms.until ?? acting?.until },
        { meaning, sealed, policySeq, nowMs: this.clock() },
      ),
    });
    return this.#said(grantSentence(decision.body, meaning), decision);
  }

  /**
   * @param view none: the gateway is not asked, and the number follows from what was signed here
   * @param ahead as for `grant`
   * @throws SignerError `GRANT_NOT_FOUND`, and as `ownState`
   */
  revoke(grantId: string, view: GatewayView | undefined, ahead = 0): Prepared {
    const own = decisionsOf(this.#content.journal).some(
      ({ name, sid }) => name === 'grant' && sid === grantId,
    );
    const listed = view === undefined ? [] : [...view.grants, ...view.denials];
    if (!own && view !== undefined && !listed.some((rule) => rule.grantId === grantId))
      throw new SignerError('GRANT_NOT_FOUND', `You have made no grant ${grantId}`);
    return this.#prepared({ name: 'revoke', body: { policySeq: this.#nextSeq(view) + ahead, grantId } });
  }

  /** Everything up to now. @param view as for `revoke` */
  revokeAll(view: GatewayView | undefined): Prepared {
    return this.#prepared({ name: 'revokeAll', body: { policySeq: this.#nextSeq(view) } });
  }

  /**
   * Appoints the holder of a key. The name is sealed to the patient, where this file has registered the patient.
   * @param view as for `grant`
   * @returns what is to be signed, and what the delegate needs to know of it once it has an id
   * @throws SignerError `DELEGATE_REFUSED`, and as `grant`
   */
  async delegation(
    card: DelegateCard,
    { name, scope, ...terms }: Omit<DelegationTerms, 'scope'> & { name: string; scope: readonly ScopeTerm[] },
    view: GatewayView,
  ): Promise<{ readonly prepared: Prepared; readonly scope: GrantMeaning['scope'] }> {
    const { networkId, patientId, journal } = this.#content;
    checkCard(card, { patientId, networkId, nowS: Math.floor(this.clock() / MS_PER_S) });
    const { scope: words } = this.#meaning({ authorityId: ANY, scope });
    const own = encryptionKeyIn(journal);
    const sealed = own && (await sealDelegateName(name, fromBase64url(own), sha256));
    const { key, keyProof } = card;
    const made = { key, keyProof, sealed, policySeq: this.#nextSeq(view) };
    const body = delegateBody({ ...terms, scope: words }, made);
    const decision = this.#signed({ name: 'delegate', body });
    const sentence = delegationSentence(decision.body, { name, scope: words });
    return { prepared: this.#said(sentence, decision), scope: words };
  }

  /** What the patient gives to whom a statement has appointed. */
  appointment(statement: string, { scope, until }: Pick<Appointment, 'scope' | 'until'>): Appointment {
    const { patientId, acting } = this.#content;
    return { patientId, path: [...(acting?.path ?? []), readSigned(statement).sid], scope, until };
  }

  /** What a delegate gives to the patient to be appointed. */
  card(): Promise<DelegateCard> {
    return cardOf(this.#key, this.#content.networkId, Math.floor(this.clock() / MS_PER_S));
  }

  /** The patient has appointed the delegate whose file this is. @throws SignerError `DELEGATE_REFUSED` */
  appointed({ patientId, path, scope, until }: Appointment): void {
    if (this.#content.acting === undefined || patientId !== this.#content.patientId)
      throw new SignerError('DELEGATE_REFUSED', `This file does not act for ${patientId}`);
    this.#content = { ...this.#content, acting: { path, scope, until } };
  }

  /** @param view as for `revoke` */
  endDelegation(delegationId: string, endGrants: boolean, view: GatewayView | undefined): Prepared {
    const body = { policySeq: this.#nextSeq(view), delegationId, endGrants };
    return this.#prepared({ name: 'endDelegation', body });
  }

  plain(decision: PlainDecision): Prepared {
    return this.#prepared(decision);
  }

  /**
   * Appoints the gateway whose keys these are. @throws SignerError `OFFER_REFUSED`: for another patient or network, or
   * without proof that it has the key; `PATIENT_MISMATCH`
   */
  registration(offer: OfferAnswer): Prepared {
    this.#requireOwn('registerPatient');
    const { patientId, publicKey } = this.key;
    const { networkId } = this.#content;
    if (offer.patientId !== patientId)
      throw new SignerError('PATIENT_MISMATCH', `The offer is for ${offer.patientId}, you are ${patientId}`);
    if (offer.networkId !== networkId)
      throw new SignerError('OFFER_REFUSED', `The offer is for network ${offer.networkId}, not ${networkId}`);
    const gatewayKey = fromBase64url(offer.gatewayKey);
    if (offer.gatewayKey === toBase64url(publicKey))
      throw new SignerError('OFFER_REFUSED', 'The gateway offers your own key as its key');
    assertProof(offer, gatewayKey, this.clock());
    const encryptionKey = fromBase64url(offer.encryptionKey);
    const { gatewayKeyProof } = offer;
    const statement = registrationStatement({
      ...{ patientId, networkId, consentKey: publicKey, gatewayKey, gatewayKeyProof, encryptionKey },
      iat: Math.floor(this.clock() / MS_PER_S),
    });
    const body = statement.body as Extract<Decision, { name: 'registerPatient' }>['body'];
    return { sentence: sentenceOf({ name: 'registerPatient', body }), statement };
  }

  /** The scope key for the gateway that was appointed: it gives the records that it makes their tags. */
  sealedScopeKey(offer: OfferAnswer): Promise<string> {
    const to = fromBase64url(offer.encryptionKey);
    const scopeKey = fromBase64url(this.#content.scopeKey);
    return sealToOne(to, scopeKey, { context: SEALED_CONTEXT.scopeKey, hash: sha256 });
  }

  /** The scope key is there again, in a file that was recovered without it. @throws SignerError as of {@link withScopeKey} */
  async scopeKeyReturned(answer: ScopeKeyAnswer): Promise<void> {
    this.#content = await withScopeKey(this.#content, answer);
  }

  /**
   * Appoints the gateway's next key. @throws SignerError `OFFER_REFUSED`: the patient's own key, or, of one that signs,
   * without proof that the gateway has it
   */
  gatewayRotation(offer: KeyOfferAnswer): Prepared {
    this.#requireOwn('rotatePatientKey');
    const { patientId, publicKey } = this.key;
    const { networkId } = this.#content;
    const { newKey } = offer;
    if (newKey === toBase64url(publicKey))
      throw new SignerError('OFFER_REFUSED', 'The gateway offers your own key as its key');
    if (offer.use === 'encryption')
      return this.#prepared({ name: 'rotatePatientKey', body: { use: offer.use, newKey } });
    const { use, newKeyProof } = offer;
    const about = { patientId, networkId, gatewayKeyProof: newKeyProof };
    assertProof(about, fromBase64url(newKey), this.clock());
    return this.#prepared({ name: 'rotatePatientKey', body: { use, newKey, newKeyProof } });
  }

  /** Another key of the gateway's that was signed, and that the gateway has not taken: the same statement is sent again. */
  openGatewayRotation(use: OfferedUse): string | undefined {
    return this.unsent().find((statement) => offeredKeyIn(statement, use) !== undefined);
  }

  /**
   * What the patient hands to the two organisations that are to vouch for this file's key: public, with the proof that it
   * is there.
   */
  async recoveryOffer(): Promise<Pick<StatementBody<'vouchForKey'>, 'patientId' | 'newKey' | 'newKeyProof'>> {
    this.#requireOwn('takeOver');
    const { networkId, patientId } = this.#content;
    const iat = Math.floor(this.clock() / MS_PER_S);
    const { newKey, newKeyProof = '' } = await rotationBody(this.#key, { networkId, iat });
    return { patientId, newKey, newKeyProof };
  }

  /** This file's key takes the place of the one in force. */
  takeOver(recoveryId: string): Prepared {
    this.#requireOwn('takeOver');
    const newKey = toBase64url(this.#key.publicKey);
    return this.#prepared({ name: 'takeOver', body: { recoveryId, newKey } });
  }

  /** This file's key, which is in force, is not lost. */
  objection(recoveryId: string): Prepared {
    this.#requireOwn('objectToRecovery');
    return this.#prepared({ name: 'objectToRecovery', body: { recoveryId } });
  }

  /** What was signed here about a recovery, and what the gateway has not said that it has: the same statement is sent again. */
  openAboutRecovery(name: 'takeOver' | 'objectToRecovery', recoveryId: string): string | undefined {
    return this.unsent().find((statement) => {
      const decision = readSigned(statement);
      return decision.name === name && decision.body.recoveryId === recoveryId;
    });
  }

  /** A rotation that was signed and has not come to its end: the same statement is sent again. */
  async openRotation(): Promise<string | undefined> {
    return (await openRotation(this.#content))?.entry?.statement;
  }

  /** Puts a new key in the place of the one that signs. The new one stands in `content`: keep that before anything leaves. */
  async rotation(): Promise<Prepared> {
    this.#requireOwn('rotatePatientKey');
    const nextSeed = this.#content.nextSeed ?? toBase64url(randomBytes(SECRET_BYTES));
    this.#content = { ...this.#content, nextSeed };
    const newKey = (await openRotation(this.#content))?.newKey;
    if (newKey === undefined) throw new RangeError('A rotation was begun and has no key');
    const { networkId } = this.#content;
    const iat = Math.floor(this.clock() / MS_PER_S);
    return this.#prepared({ name: 'rotatePatientKey', body: await rotationBody(newKey, { networkId, iat }) });
  }

  /** The ledgers have the rotation, by the word of whoever relayed it: the new key signs from now on. */
  async rotated(): Promise<void> {
    this.#content = await rotated(this.#content);
    this.#key = await keyInForce(this.#content);
  }

  /** Signs. The statement stands in `content`, not taken by the gateway yet: keep that before it leaves. */
  async sign({ statement }: Prepared): Promise<string> {
    const token = await signStatement(statement, this.#key);
    this.#note({ statement: token, isTaken: false });
    return token;
  }

  /** The gateway has it, by its answer. From now on it has to stand by it, and a rotation's new key signs. */
  async taken(statement: string): Promise<void> {
    this.#note({ statement, isTaken: true });
    this.#key = await keyInForce(this.#content);
  }

  /**
   * What was signed and what the gateway has not said that it has, oldest first. What a former key signed is not among it:
   * nobody takes that any more, but the rotation itself. Nor is a key of the gateway's that another one followed.
   */
  unsent(): string[] {
    const { journal } = this.#content;
    const isFollowed = (statement: string): boolean =>
      OFFERED_USES.some((use) => {
        const isOf = (each: string) => offeredKeyIn(each, use) !== undefined;
        return isOf(statement) && journal.findLast((each) => isOf(each.statement))?.statement !== statement;
      });
    return journal.flatMap(({ statement, isTaken }) => {
      if (isTaken || isFollowed(statement)) return [];
      const { name, kid, body } = readSigned(statement);
      const isOwnRotation = name === 'rotatePatientKey' && body.use === 'consent';
      const isTakeable = isOwnRotation || (SENT.has(name) && kid === this.#key.kid);
      return isTakeable ? [statement] : [];
    });
  }

  /** Keeps which standing policy is in force, in the place of the one before. */
  stand(standing: NonNullable<VaultContent['standing']>): void {
    this.#content = { ...this.#content, standing };
  }

  /** @throws SignerError `NAME_MALFORMED` */
  trust(authorityId: string, encryptionKey: string): void {
    assertNamed(AuthorityId, authorityId, 'authority ID');
    assertNamed(PublicKey, encryptionKey, 'key');
    const authorities = { ...this.#content.authorities, [authorityId]: encryptionKey };
    this.#content = { ...this.#content, authorities };
  }

  reach(gateway: VaultContent['gateway']): void {
    this.#content = { ...this.#content, ...(gateway && { gateway }) };
  }

  #note(entry: VaultContent['journal'][number]): void {
    this.#content = { ...this.#content, journal: noted(this.#content.journal, entry) };
  }

  /** For the authority alone; a denial to any tells nobody. */
  async #sealed(
    { authorityId, effect }: GrantTerms,
    meaning: GrantMeaning,
    authority: AuthorityAnswer | undefined,
  ): Promise<string | undefined> {
    if (authorityId === ANY) return undefined;
    if (authority === undefined) throw new RangeError(`Nothing is known of ${authorityId}`);
    const encryptionKey = checkAuthorityKey(this.#content.authorities, authorityId, authority);
    return sealMeaning(toldOf(effect, meaning), encryptionKey, sha256);
  }

  /** By a delegate: in the words that it was given. @throws SignerError `DELEGATION_EXCEEDED` */
  #meaning(terms: Pick<GrantTerms, 'authorityId' | 'scope' | 'grantee' | 'note'>): GrantMeaning {
    const { acting, recovered, scopeKey } = this.#content;
    if (recovered === true && [...(terms.scope ?? []), ...(terms.grantee ?? [])].length > 0)
      throw new SignerError(
        'SCOPE_KEY_LOST',
        'What says which records and people a rule is about was lost with the former file: allow or deny all, or recover from a backup',
      );
    return acting === undefined
      ? meaningOf(hmacSha256, fromBase64url(scopeKey), terms)
      : actingMeaning(acting, terms);
  }

  #nextSeq(view: GatewayView | undefined): number {
    return view === undefined || this.#content.acting !== undefined
      ? Math.max(highestSeq(decisionsOf(this.#content.journal)), this.#content.seqFloor ?? 0) + 1
      : this.ownState(view).policySeq;
  }

  #prepared(decision: Exclude<Decision, { name: 'grant' | 'delegate' }>): Prepared {
    const signed = this.#signed(decision);
    return this.#said(sentenceOf(signed), signed);
  }

  /** @throws SignerError `DELEGATION_EXCEEDED`: a delegate does not sign it, nor makes anything for it */
  #requireOwn(name: Decision['name']): void {
    const { acting } = this.#content;
    if (acting !== undefined) requireDelegable(name);
  }

  /** By a delegate: with the delegations by which it signs. */
  #signed<D extends Decision>(decision: D): D {
    const { acting } = this.#content;
    return acting === undefined ? decision : byDelegation(decision, acting);
  }

  #said(sentence: string, decision: Decision): Prepared {
    const { acting, patientId } = this.#content;
    const who = acting === undefined ? '' : `For the patient ${patientId}, who lets me: `;
    return { sentence: `${who}${sentence}`, statement: this.#statement(decision) };
  }

  /** @throws SignerError `DECISION_MALFORMED` */
  #statement({ name, body }: Decision): NewStatement {
    if (!Value.Check(STATEMENTS[name].body, body)) {
      const [first] = Value.Errors(STATEMENTS[name].body, body);
      const where = `${first?.instancePath ?? ''} ${first?.message ?? ''}`;
      throw new SignerError('DECISION_MALFORMED', `This is no ${name} that anybody accepts: ${where}`);
    }
    const { networkId, patientId } = this.#content;
    const iat = Math.floor(this.clock() / MS_PER_S);
    return decisionStatement(name, { patientId, networkId, body, iat });
  }
}

function assertProof(
  { patientId, networkId, gatewayKeyProof }: Pick<OfferAnswer, 'patientId' | 'networkId' | 'gatewayKeyProof'>,
  key: Uint8Array,
  nowMs: number,
): void {
  try {
    const { payload } = checkStatement(gatewayKeyProof, {
      ...{ typ: STATEMENTS.keyProof.typ, audience: networkId, issuer: patientId, verifier },
      publicKeyOf: (kid) => (kid === jwkThumbprint('Ed25519', key, sha256) ? key : undefined),
      now: Math.floor(nowMs / MS_PER_S),
    });
    const { subject, key: proved } = payload.body as { readonly subject?: unknown; readonly key?: unknown };
    const isForAll = DECISION_CHANNELS.registerPatient.every((channel) => payload.channels.includes(channel));
    if (subject === patientId && proved === toBase64url(key) && isForAll) return;
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw new SignerError(
      'OFFER_REFUSED',
      `The gateway does not prove that it has its key: ${cause.message}`,
      {
        cause,
      },
    );
  }
  throw new SignerError('OFFER_REFUSED', 'The gateway’s proof of its key is about something else');
}

/** What is wrong in a file makes it one that never opens again. @throws SignerError `NAME_MALFORMED` */
function assertNamed(schema: TSchema, value: string, what: string): void {
  if (!Value.Check(schema, value)) throw new SignerError('NAME_MALFORMED', `${value} is no ${what}`);
}
