import type { StatementBody } from '@careledger/contracts';
import type { ListedRule } from './answers.js';
import { SignerError } from './errors.js';
import { highestSeq, type Signed } from './journal.js';

/**
 * Decisions that may have been signed since a backup was made; half of the leap that others of the patient's signers
 * accept.
 */
const SEQ_SINCE_BACKUP = 500;
/** Decisions that others of the patient's signers may have made since this one looked. */
const SEQ_LEAP_MAX = 1_000;

/** What the gateway says of a patient's decisions. */
export interface GatewayView {
  readonly grants: readonly ListedRule[];
  readonly denials: readonly ListedRule[];
  readonly nextPolicySeq: number;
  /** Of the consent key in force: how often it was replaced. Rules of another one are numbered by themselves. */
  readonly epoch?: number;
}

export interface OwnState {
  /** For the next decision: above every number that was signed here or taken there. */
  readonly policySeq: number;
  readonly grants: readonly ListedRule[];
  readonly denials: readonly ListedRule[];
  /** Those that stand and were not signed here: another signer of the patient's made them, or nobody did. */
  readonly unknown: readonly ListedRule[];
}

interface CheckedFile {
  readonly patientId: string;
  /** Thumbprint of the key that signs. */
  readonly kid: string;
  readonly seqFloor?: number | undefined;
}

/**
 * Holds what the gateway says against what was signed here and the gateway has taken. A gateway that leaves out, alters or
 * forgets any of it is not asked further. Each consent key numbers from 1 on: what a former one has used up, a thief's
 * hand with it, is no number of this one's.
 * @throws SignerError `PATIENT_MISMATCH`, `GRANT_HIDDEN`, `GRANT_DIFFERS`, `REVOCATION_HIDDEN`, `POLICY_SEQ_BEHIND`,
 * `POLICY_SEQ_LEAP`
 */
export function checkOwnState(
  { patientId, kid, seqFloor = 0 }: CheckedFile,
  signed: readonly Signed[],
  view: GatewayView,
): OwnState {
  const { grants, denials, nextPolicySeq, epoch = 0 } = view;
  const rules = [...grants, ...denials];
  for (const rule of rules) {
    if (rule.patientId !== patientId)
      throw new SignerError('PATIENT_MISMATCH', `The gateway lists a grant of ${rule.patientId} as yours`);
  }
  const named = (each: readonly ListedRule[]) => new Map(each.map((rule) => [rule.grantId, rule]));
  const [listed, granted, denied] = [named(rules), named(grants), named(denials)];
  const taken = signed.filter(({ isTaken }) => isTaken);
  const signers = new Map(signed.map((decision) => [decision.sid, decision.kid]));
  /** Of the key that signs now: by the own file or, where that did not sign it, by the gateway's word. */
  const isOfNow = (rule: ListedRule): boolean => {
    const signer = signers.get(rule.grantId);
    return signer === undefined ? (rule.epoch ?? 0) === epoch : signer === kid;
  };
  /**
   * Keys in the order of their use here: others may lie between them, so that each opened the epoch of its place or a
   * later one.
   */
  const keys = [...new Set(signed.map((decision) => decision.kid))];
  /**
   * Whether a revoke-all has ended a rule, as far as the file tells: one of a later key lies above all that a former one
   * signed. Of a rule that was not signed here the gateway's word says in which epoch it is: one that may be of a key
   * after the decision's is not held against it.
   */
  const isEnded = (rule: ListedRule, { kid: by, body }: Signed & { readonly name: 'revokeAll' }): boolean => {
    const signer = signers.get(rule.grantId);
    const [of, from] =
      signer === undefined
        ? [rule.epoch ?? 0, by === kid ? epoch : keys.indexOf(by)]
        : [keys.indexOf(signer), keys.indexOf(by)];
    return of < from || (of === from && rule.policySeq <= body.policySeq);
  };
  const byThisKey = (decisions: readonly Signed[]) => decisions.filter((decision) => decision.kid === kid);
  for (const decision of taken) {
    if (decision.name === 'grant') {
      const { sid, body } = decision;
      checkRule(sid, body, (body.effect === 'deny' ? denied : granted).get(sid));
    }
    if (decision.name === 'revoke') checkRevoked(listed.get(decision.body.grantId));
    if (decision.name === 'endDelegation' && decision.body.endGrants)
      for (const grant of grants)
        if (grant.path?.includes(decision.body.delegationId) === true) checkRevoked(grant);
    if (decision.name !== 'revokeAll') continue;
    for (const grant of grants) if (isEnded(grant, decision)) checkRevoked(grant);
  }
  const used = rules
    .filter(isOfNow)
    .reduce((highest, { policySeq }) => Math.max(highest, policySeq), highestSeq(byThisKey(taken)));
  if (nextPolicySeq <= used)
    throw new SignerError(
      'POLICY_SEQ_BEHIND',
      `The gateway offers decision number ${nextPolicySeq}, although it has taken ${used}: it forgets, or another key has ` +
        'taken the place of yours',
    );
  const highest = Math.max(used, highestSeq(byThisKey(signed)), seqFloor);
  if (nextPolicySeq > highest + SEQ_LEAP_MAX)
    throw new SignerError(
      'POLICY_SEQ_LEAP',
      `The gateway offers decision number ${nextPolicySeq}; the last one that this signer knows of is ${highest}`,
    );
  const own = new Set(signed.flatMap(({ name, sid }) => (name === 'grant' ? [sid] : [])));
  return {
    policySeq: Math.max(nextPolicySeq, highest + 1),
    ...{ grants, denials },
    unknown: rules.filter(({ grantId, status }) => isStanding(status) && !own.has(grantId)),
  };
}

/** Numbers up to this may have been used: a restored file goes on above it. */
export const seqFloorOf = (signed: readonly Signed[], seqFloor = 0): number =>
  Math.max(highestSeq(signed), seqFloor) + SEQ_SINCE_BACKUP;

/** The grant or denial that a statement made, as the gateway lists it. */
export const ruleOf = (
  { statementId }: { readonly statementId: string },
  { grants, denials }: Pick<GatewayView, 'grants' | 'denials'>,
): ListedRule | undefined => [...grants, ...denials].find(({ grantId }) => grantId === statementId);

/** Whether a rule that the gateway lists so may count, now or later. */
export const isStanding = (status: ListedRule['status']): boolean =>
  status === 'active' || status === 'pending';

function checkRule(grantId: string, body: StatementBody<'grant'>, listed: ListedRule | undefined): void {
  const what = body.effect === 'deny' ? 'denial' : 'grant';
  if (listed === undefined)
    throw new SignerError('GRANT_HIDDEN', `The gateway took your ${what} ${grantId} and does not list it`);
  const differs =
    listed.authorityId !== body.authorityId ||
    listed.policySeq !== body.policySeq ||
    !isSameSet(listed.permissions, body.permissions) ||
    !isSameSet(listed.purposes, body.purposes) ||
    listed.from !== body.from ||
    listed.until !== body.until ||
    listed.period?.start !== body.period?.start ||
    listed.period?.end !== body.period?.end ||
    listed.subscriptionId !== body.subscriptionId ||
    (listed.meaning !== undefined &&
      !isSameSet(
        listed.meaning.scope.map(({ tag }) => tag),
        body.scopeTags,
      ));
  if (differs)
    throw new SignerError(
      'GRANT_DIFFERS',
      `The gateway lists ${what} ${grantId} otherwise than you signed it`,
    );
}

function checkRevoked(listed: ListedRule | undefined): void {
  // One that reached no ledger never counted; one that this gateway does not know was made elsewhere.
  if (listed === undefined || !isStanding(listed.status)) return;
  throw new SignerError(
    'REVOCATION_HIDDEN',
    `The gateway took your revocation and lists grant ${listed.grantId} as ${listed.status}`,
  );
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && new Set([...one, ...other]).size === new Set(one).size;
