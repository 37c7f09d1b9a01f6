import type { StatementBody } from '@careledger/contracts';
import { ANY } from '@careledger/domain';
import type { GrantMeaning, GranteeMeaning } from '@careledger/protocol/sealed';
import type { DecisionName } from './channels.js';
import { endSentence } from './delegation.js';
import { detailWords, recordsWords, scopeWords } from './scope-words.js';
import { PERMISSION_WORDS, PURPOSE_WORDS, assertSame, list } from './words.js';

/** A decision with its body. */
export type Decision = {
  [N in DecisionName]: { readonly name: N; readonly body: StatementBody<N> };
}[DecisionName];

const ROTATION_WORDS: Readonly<Record<StatementBody<'rotatePatientKey'>['use'], (newKey: string) => string>> =
  {
    consent: (newKey) =>
      `I decide with the key ${newKey} from now on. The key that signs this counts no more. What I decided with it stands.`,
    gateway: (newKey) =>
      `I appoint another key for my gateway, ${newKey}: it may write records, blocks and anchors for me, ask for my own ` +
      'records, and may not grant or revoke. The key that it had counts no more.',
    encryption: (newKey) => `What is meant for me is sealed to the key ${newKey} from now on.`,
  };

/**
 * A grant or denial in plain English, from what is signed: the body, and the words behind its tags. Nothing of it is taken from
 * anybody's description.
 * @param meaning has to account for every tag of the body, and for no other. @throws RangeError otherwise
 */
export function grantSentence(body: StatementBody<'grant'>, meaning: GrantMeaning): string {
  assertSame(
    body.scopeTags,
    meaning.scope.map(({ tag }) => tag),
  );
  assertSame(
    body.granteeTags,
    meaning.grantee.map(({ tag }) => tag),
  );
  const { effect, authorityId, permissions, purposes, from, until, period } = body;
  const { delegable, noticeRank, copy, detail, subscriptionId, isInPart } = body;
  if ((copy === undefined) !== (meaning.copy === undefined))
    throw new RangeError('The words do not say where the copy is kept');
  const where = authorityId === ANY ? 'ANY authority' : authorityId;
  const who =
    meaning.grantee.length === 0
      ? `anybody at ${where}`
      : `${list(meaning.grantee.map(granteeWords), 'or')} at ${where}`;
  const isDenial = effect === 'deny';
  const which =
    isDenial && meaning.scope.length > 0
      ? `my records that hold anything ${list(meaning.scope.map(scopeWords), 'or')}`
      : recordsWords(meaning.scope);
  const times =
    period === undefined ? '' : ` ${isDenial ? 'that touch' : 'within'} ${period.start} to ${period.end}`;
  const what = `${which}${times}${detailWords(detail)}`;
  const sharing = delegable ? 'may let others read them.' : 'may not let others read them.';
  const ends = until === undefined ? 'without an end, until I revoke it' : `until ${until}`;
  return [
    `I ${isDenial ? 'FORBID' : 'allow'} ${who} to ${list(
      permissions.map((permission) => PERMISSION_WORDS[permission]),
      'and',
    )} ${what},`,
    `for ${list(
      purposes.map((purpose) => PURPOSE_WORDS[purpose]),
      'and',
    )}, from ${from} ${ends}.`,
    isDenial ? 'This outweighs whatever I grant, also later.' : `${authorityId} ${sharing}`,
    ...(copy === undefined || meaning.copy === undefined
      ? []
      : [
          `It may keep a searchable copy of what it may read, for ${PURPOSE_WORDS[copy.purpose]} at unit ${meaning.copy.unit}, ` +
            'until this ends: then it has to destroy the copy.',
        ]),
    ...(noticeRank === undefined ? [] : [`In an emergency it is told at rank ${noticeRank}.`]),
    ...(subscriptionId === undefined
      ? []
      : [`This approves its request ${subscriptionId}${isInPart === true ? ' in part' : ''}.`]),
    ...(meaning.note === undefined ? [] : [`My note to it: “${meaning.note}”`]),
    body.path === undefined
      ? `This is my decision number ${body.policySeq}.`
      : `I sign this for the patient, as decision number ${body.policySeq} of mine.`,
  ].join(' ');
}

/** What is signed in plain English; of a grant see {@link grantSentence}. */
export function sentenceOf(decision: Exclude<Decision, { name: 'grant' | 'delegate' }>): string {
  switch (decision.name) {
    case 'registerPatient':
      return (
        `I register with the key ${decision.body.consentKey}, and appoint a gateway: its key ${decision.body.gatewayKey} ` +
        `may write records, blocks and anchors for me, ask for my own records, and open what is sealed to me. It may not ` +
        'grant or revoke.'
      );
    case 'revoke':
      return `I end my grant ${decision.body.grantId} (or denial), now and for good. This is my decision number ${decision.body.policySeq}.`;
    case 'revokeAll':
      return (
        `I end EVERYTHING that I granted, and no denial, up to my decision number ${decision.body.policySeq}, also what reaches a ledger ` +
        'later. This is that decision.'
      );
    case 'endDelegation':
      return endSentence(decision.body);
    case 'rejectSubscription':
      return `I say no to the request ${decision.body.subscriptionId}.`;
    case 'rotatePatientKey':
      return ROTATION_WORDS[decision.body.use](decision.body.newKey);
    case 'objectToRecovery':
      return `My key is here: no other one is to take its place by the recovery ${decision.body.recoveryId}.`;
    case 'takeOver':
      return (
        `I decide with the key ${decision.body.newKey} from now on, which two organisations have vouched for ` +
        `(recovery ${decision.body.recoveryId}). The key before it counts no more. What was decided with it stands, unless somebody ` +
        'else had it: then whom it has appointed decides no more.'
      );
    case 'settings':
      return (
        `My readings are judged by these settings, version ${decision.body.version}, in place of what I stated before: ` +
        JSON.stringify(decision.body.settings)
      );
    case 'acknowledgeAlarm':
      return `I have seen the alarm ${decision.body.alarmId}.`;
    case 'muteAlarms':
      return `Alarms make no sound until ${decision.body.until}, except those of high priority.`;
    case 'checkIn':
      return `I am at ${decision.body.authorityId} now, ${decision.body.at}.`;
  }
}

function granteeWords(grantee: GranteeMeaning): string {
  if ('unit' in grantee) return `unit ${grantee.unit}`;
  if ('role' in grantee) return `anybody with the role ${grantee.role}`;
  return `practitioner ${grantee.practitionerId}`;
}
