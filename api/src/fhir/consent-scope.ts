import { R4_RESOURCE_TYPES, SYSTEM, isClinicalSystem, readResourceId } from '@careledger/fhir';
import { ANY, Id128, SCOPE_TAGS_MAX, type ScopeTerm } from '@careledger/domain';
import { Value } from 'typebox/value';
import {
  CATEGORY_SYSTEMS,
  CONSENT_SYSTEM,
  LABEL_SYSTEMS,
  codingKey,
  type PlainCoding,
} from './consent-codes.js';
import type { ConsentFaults } from './consent-faults.js';
import type { AskedProvision } from './consent-schema.js';
import { localReference } from './local-reference.js';

interface Context {
  /** Undefined where the Consent names nobody: that is a fault of its own. */
  readonly patientId: string | undefined;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
  readonly faults: ConsentFaults;
}

type Kind = Extract<ScopeTerm, { category: string }>;
type Code = Extract<ScopeTerm, { code: string }>;

/**
 * Which records a provision is about, in the words of a grant's scope; undefined: every one. R4 means all of a provision's elements
 * at once, and any item of each. A patient is asked for records by terms any of which counts; so what would have to hold together is
 * refused, but for types of resources and their categories, which make terms together.
 */
export function scopeIn(provision: AskedProvision, context: Context): ScopeTerm[] | undefined {
  const { faults } = context;
  const { class: types, code, securityLabel, data } = provision;
  const named = [
    ...(types === undefined && code === undefined ? [] : [kindsIn(provision, faults)]),
    ...(securityLabel === undefined ? [] : [labelsIn(securityLabel, faults)]),
    ...(data === undefined ? [] : [instancesIn(data, context)]),
  ];
  if (named.length > 1)
    faults.add(
      'provision',
      'not-supported',
      'a patient is asked for records by their types and codes, by their labels, or one by one: by one of these',
    );
  const scope = named[0];
  if (scope !== undefined && scope.length > SCOPE_TAGS_MAX)
    faults.add('provision', 'not-supported', `names more than ${SCOPE_TAGS_MAX} kinds of records`);
  return scope;
}

function kindsIn({ class: types, code = [] }: AskedProvision, faults: ConsentFaults): ScopeTerm[] {
  const resourceTypes = (types ?? []).map((coding, index) => {
    const isType = coding.system === CONSENT_SYSTEM.resourceType && R4_RESOURCE_TYPES.has(coding.code);
    if (!isType)
      faults.add(
        `provision.class[${index}]`,
        'code-invalid',
        `must be a type of resource, of ${CONSENT_SYSTEM.resourceType}`,
      );
    return coding.code;
  });
  const terms = code.map(({ coding: [coding] }, index) => {
    const path = `provision.code[${index}]`;
    const term = coding && termOf(coding);
    if (term === undefined)
      faults.add(
        path,
        'code-invalid',
        'must be a category of resources, or a code of a system that says what something is, e.g. LOINC',
      );
    else if ('code' in term && types !== undefined)
      faults.add(path, 'not-supported', 'leave out either class or this: a clinical code is of any type');
    return term;
  });
  const categories = terms.flatMap((term) => (term && 'category' in term ? [term.category] : []));
  const codes = terms.filter((term): term is Code => term !== undefined && 'code' in term);
  const kinds = (categories.length === 0 && types !== undefined ? [ANY] : categories).flatMap((category) =>
    (types === undefined ? [ANY] : resourceTypes).map((resourceType): Kind => ({ category, resourceType })),
  );
  return [...kinds, ...codes];
}

/** What a code in a provision is: how resources are filed, or what they say. */
function termOf({ system, code }: PlainCoding): Pick<Kind, 'category'> | Code | undefined {
  const isCategory = CATEGORY_SYSTEMS.some((known) => known.system === system && known.codes.test(code));
  if (isCategory) return { category: code };
  return isClinicalSystem(system) && code.length <= 128 ? { system, code } : undefined;
}

const labelsIn = (labels: readonly PlainCoding[], faults: ConsentFaults): ScopeTerm[] =>
  labels.map((coding, index) => {
    const isLabel = LABEL_SYSTEMS.some(
      ({ system, codes }) => system === coding.system && codes.test(coding.code),
    );
    if (!isLabel)
      faults.add(
        `provision.securityLabel[${index}]`,
        'code-invalid',
        `${codingKey(coding)} is no label of HL7 v3`,
      );
    return { label: coding.code };
  });

/** One record (`instance`), or what belongs to one visit (`dependents`). */
const instancesIn = (
  data: NonNullable<AskedProvision['data']>,
  { base, faults, patientId }: Context,
): ScopeTerm[] =>
  data.flatMap(({ meaning, reference: { reference, identifier, type } }, index): ScopeTerm[] => {
    const [, id = ''] = /^Bundle\/(.+)$/.exec(localReference(reference ?? '', base)) ?? [];
    const record = readResourceId(id);
    const isRecord =
      record?.entry === undefined && record?.patientId === patientId && [undefined, 'Bundle'].includes(type);
    if (record !== undefined && isRecord && meaning === 'instance' && identifier === undefined)
      return [{ recordId: record.recordId }];
    const visit = identifier?.system === SYSTEM.visit ? identifier.value : undefined;
    const isVisit = Value.Check(Id128, visit) && [undefined, 'Encounter'].includes(type);
    if (visit !== undefined && isVisit && meaning === 'dependents' && reference === undefined)
      return [{ encounter: visit }];
    faults.add(
      `provision.data[${index}]`,
      'not-supported',
      `must be a record of the patient's (instance, Bundle/ID), or a visit (dependents, the identifier ${SYSTEM.visit})`,
    );
    return [];
  });
