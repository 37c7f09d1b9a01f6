import { SYSTEM } from '@careledger/fhir';
import { PURPOSES, timestampOf, type Permission, type PurposeOfUse } from '@careledger/domain';
import { Value } from 'typebox/value';
import type { Json } from '../resources/json.js';
import type { SubscriptionWanted } from '../subscriptions/change-store.js';
import {
  CATEGORIES,
  CONSENT_EXTENSION,
  CONSENT_SYSTEM,
  OPT_IN,
  PATIENT_PRIVACY,
  PERMISSION_OF,
  RECIPIENT,
  codingKey,
  type PlainCoding,
} from './consent-codes.js';
import { ConsentFaults } from './consent-faults.js';
import { AskedConsent, type AskedProvision, type AskedReference } from './consent-schema.js';
import { scopeIn } from './consent-scope.js';
import { isInCalendar } from './date-parameter.js';
import { patientOfId, patientOfReference } from './parameters.js';

/** A dateTime of R4 that is one moment. */
const MOMENT =
  /^\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
const PURPOSE_CODES: readonly string[] = PURPOSES;

/** Who is asked to let whom, and where this server is. */
export interface ConsentContext {
  readonly authorityId: string;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

/**
 * The request to a patient that a Consent is. Whatever of it cannot be asked is refused: nothing is left out unseen.
 * @throws ProblemError FHIR_INVALID, with each fault
 */
export function askedBy(sent: Json, context: ConsentContext): SubscriptionWanted {
  const faults = new ConsentFaults();
  addFormFaults(sent, faults);
  faults.assertNone();
  const consent = sent as AskedConsent;
  const { category, extension, patient, policyRule, provision, scope, status } = consent;
  if (status !== 'proposed')
    faults.add('status', 'business-rule', 'must be proposed: the patient alone makes it anything else');
  expectCode(scope, PATIENT_PRIVACY, { path: 'scope', faults });
  expectCode(policyRule, OPT_IN, { path: 'policyRule', faults });
  if (!CATEGORIES.has(codingKey(category[0]?.coding[0] ?? OPT_IN)))
    faults.add('category[0]', 'code-invalid', `must be one of ${[...CATEGORIES].join(', ')}`);
  const patientId = patientIn(patient, context.base);
  if (patientId === undefined)
    faults.add(
      'patient',
      'not-found',
      `names no patient of this server: Patient/pat-…, or ${SYSTEM.patient}`,
    );
  const wanted = {
    patientId: patientId ?? '',
    ...provisionOf(provision, { ...context, patientId, faults }),
    ...extensionsIn(extension ?? [], faults),
  };
  faults.assertNone();
  return wanted;
}

/** What in the form of it is wrong, and each element that no patient can be asked for. */
function addFormFaults(sent: Json, faults: ConsentFaults): void {
  for (const { keyword, instancePath, message, params } of Value.Errors(AskedConsent, sent)) {
    const path = instancePath
      .replace(/^\//, '')
      .replace(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.');
    if (keyword === 'boolean')
      faults.add(path, 'not-supported', 'cannot be asked of a patient: leave it out');
    else if (keyword === 'required')
      for (const name of (params as { requiredProperties: string[] }).requiredProperties)
        faults.add(path === '' ? name : `${path}.${name}`, 'required', 'has to be there');
    else if (keyword !== 'additionalProperties') faults.add(path, 'structure', message);
  }
}

/** Where something stands, and who is told what is wrong with it. */
interface At {
  readonly path: string;
  readonly faults: ConsentFaults;
}

function expectCode(
  { coding: [coding] }: { readonly coding: readonly PlainCoding[] },
  expected: PlainCoding,
  { path, faults }: At,
): void {
  if (coding === undefined || codingKey(coding) !== codingKey(expected))
    faults.add(path, 'code-invalid', `must be ${codingKey(expected)}`);
}

/** Whom a reference names; undefined where it names nobody, or two. */
function patientIn(
  { reference, type = 'Patient', identifier }: AskedReference,
  base: string,
): string | undefined {
  const named = [
    ...(reference === undefined ? [] : [patientOfReference(reference, base)]),
    ...(identifier === undefined
      ? []
      : [identifier.system === SYSTEM.patient ? patientOfId(identifier.value) : undefined]),
  ];
  const [first] = named;
  return type === 'Patient' && named.every((each) => each === first) ? first : undefined;
}

interface ProvisionContext extends ConsentContext {
  readonly patientId: string | undefined;
  readonly faults: ConsentFaults;
}

type Terms = Pick<SubscriptionWanted, 'permissions' | 'purposes' | 'until' | 'scope' | 'copy' | 'detail'>;

function provisionOf(provision: AskedProvision, context: ProvisionContext): Terms {
  const { authorityId, faults } = context;
  const { type, period, actor, action, purpose, extension } = provision;
  if (type !== undefined && type !== 'permit')
    faults.add('provision.type', 'business-rule', 'must be permit: what is denied is for the patient to say');
  for (const { role, reference } of actor) {
    expectCode(role, RECIPIENT, { path: 'provision.actor[0].role', faults });
    const { identifier, reference: literal, type: named = 'Organization' } = reference;
    const isOwn = identifier?.system === SYSTEM.authority && identifier.value === authorityId;
    if (!isOwn || literal !== undefined || named !== 'Organization')
      faults.add(
        'provision.actor[0].reference',
        'business-rule',
        `must be this authority alone: the identifier ${SYSTEM.authority}|${authorityId}`,
      );
  }
  const permissions = action.flatMap(({ coding: [coding] }, index): Permission[] => {
    const permission = coding && PERMISSION_OF.get(codingKey(coding));
    if (permission !== undefined) return [permission];
    faults.add(
      `provision.action[${index}]`,
      'code-invalid',
      `must be one of ${[...PERMISSION_OF.keys()].join(', ')}`,
    );
    return [];
  });
  const purposes = purpose.flatMap((coding, index) =>
    purposeIn(coding.system === CONSENT_SYSTEM.purpose ? coding.code : '', {
      path: `provision.purpose[${index}]`,
      faults,
    }),
  );
  const until = period && momentIn(period.end, { path: 'provision.period.end', faults });
  const scope = scopeIn(provision, context);
  const urls = (extension ?? []).map(({ url }) => url);
  if (new Set(urls).size < urls.length)
    faults.add('provision.extension', 'business-rule', 'says the same twice');
  const [kept] = (extension ?? []).flatMap((each, index) => {
    if (!('extension' in each)) return [];
    const [{ valueCode }, { valueString: unit }] = each.extension;
    const path = `provision.extension[${index}]`;
    return purposeIn(valueCode, { path: `${path}.extension[0].valueCode`, faults }).map((to) => ({
      ...{ path, copy: { purpose: to, unit } },
    }));
  });
  const isDetailed = urls.includes(CONSENT_EXTENSION.detail);
  if (isDetailed && !permissions.includes('read'))
    faults.add('provision.extension', 'business-rule', 'single measured values are of what may be read');
  if (kept !== undefined && !(permissions.includes('read') && purposes.includes(kept.copy.purpose)))
    faults.add(kept.path, 'business-rule', 'a copy is of what may be read, for the same purpose');
  return {
    ...{ permissions: [...new Set(permissions)], purposes: [...new Set(purposes)] },
    ...(until !== undefined && { until }),
    ...(scope !== undefined && { scope }),
    ...(kept !== undefined && { copy: kept.copy }),
    ...(isDetailed && { detail: true }),
  };
}

function purposeIn(code: string, { path, faults }: At): PurposeOfUse[] {
  if (PURPOSE_CODES.includes(code)) return [code as PurposeOfUse];
  faults.add(path, 'code-invalid', `must be one of ${CONSENT_SYSTEM.purpose}: ${PURPOSES.join(', ')}`);
  return [];
}

function momentIn(text: string, { path, faults }: At): string | undefined {
  const [, month, day] = MOMENT.exec(text) ?? [];
  if (month !== undefined && isInCalendar(text, month, day)) return timestampOf(Date.parse(text));
  faults.add(path, 'value', 'must be a moment, with seconds and a zone, e.g. 2027-01-31T12:00:00Z');
  return undefined;
}

function extensionsIn(
  extensions: NonNullable<AskedConsent['extension']>,
  faults: ConsentFaults,
): Pick<SubscriptionWanted, 'reason' | 'answerBy'> {
  const said: { reason?: string; answerBy?: string } = {};
  for (const [index, { url, valueString, valueDateTime }] of extensions.entries()) {
    const path = `extension[${index}]`;
    const isReason =
      url === CONSENT_EXTENSION.reason && valueString !== undefined && valueDateTime === undefined;
    const isAnswerBy =
      url === CONSENT_EXTENSION.answerBy && valueDateTime !== undefined && valueString === undefined;
    if (isReason && said.reason === undefined) said.reason = valueString;
    else if (isAnswerBy && said.answerBy === undefined) {
      const answerBy = momentIn(valueDateTime, { path: `${path}.valueDateTime`, faults });
      if (answerBy !== undefined) said.answerBy = answerBy;
    } else
      faults.add(
        path,
        'not-supported',
        `${CONSENT_EXTENSION.reason} (valueString) and ${CONSENT_EXTENSION.answerBy} (valueDateTime), each once, are understood`,
      );
  }
  return said;
}
