import type { RuleName } from '@careledger/clinical';
import type { ResourceKind } from '@careledger/domain';
import { RULES, SURVEY, grantedCategories } from '../alarm-rules.js';
import { BLOOD_PRESSURE_PANEL, pressureSite } from '../blood-pressure.js';
import { NEWS2_SCORES, NEWS2_TOTAL } from '../emergency.js';
import type { Bundle, CodeableConcept, Observation } from '../schema.js';
import { tableCode } from '../table-code.js';
import { codesOf } from './codes.js';
import { ownLabelsOf } from './labels.js';

/**
 * The kinds of Observation in a bundle that a gateway makes: an alarm counts as its rule says. What is drawn from readings
 * speaks of each of them, so that a grant has to cover all of those, and a denial of one keeps it back.
 */
export function ownKindsOf({ entry }: Bundle): ResourceKind[] {
  const observations = entry.flatMap(({ fullUrl, resource }) =>
    resource.resourceType === 'Observation' ? [[fullUrl, resource] as const] : [],
  );
  const byName = new Map(observations);
  return observations.flatMap(([, observation]) => {
    const basis = (observation.derivedFrom ?? []).flatMap((reference) => {
      const read = 'reference' in reference ? byName.get(reference.reference) : undefined;
      return read === undefined ? [] : [read];
    });
    return drawnFrom(kindOf(grantedCategories(observation), observation), basis);
  });
}

/** The same of an alarm's record, before it is made: it rests on readings of these codes. */
export function alarmKinds(rule: RuleName, codes: readonly string[]): ResourceKind[] {
  const read = codes.map((code) => {
    const { category, code: concept } = tableCode(code);
    const site = pressureSite(code);
    if (site === undefined) return { category, code: concept };
    const component = [...site.required, code].map((each) => ({ code: tableCode(each).code }));
    return { category, code: BLOOD_PRESSURE_PANEL, component };
  });
  const alarm = kindOf([RULES[rule].category], {});
  const score = kindOf([SURVEY], { code: NEWS2_TOTAL, component: NEWS2_SCORES.map((code) => ({ code })) });
  return [alarm, ...(rule === 'news2' ? [score] : [])]
    .flatMap((kind) => drawnFrom(kind, read))
    .concat(read.map((observation) => kindOf(grantedCategories(observation), observation)));
}

type Said = Partial<Pick<Observation, 'code'>> & {
  readonly component?: readonly { code: CodeableConcept }[];
};

function kindOf(categories: readonly string[], said: Said): ResourceKind {
  const { codes, mentions } = codesOf({ resourceType: 'Observation', ...said });
  const labels = ownLabelsOf([...codes, ...mentions]);
  return {
    ...{ resourceType: 'Observation', categories, labels, codes, mentions },
    ...{ practitioners: [], encounters: [] },
  };
}

/** An alarm has no clinical code of its own: it is of what it is drawn from. */
function drawnFrom(kind: ResourceKind, basis: readonly Said[]): ResourceKind[] {
  const drawn = basis.map((read) => {
    const { codes, labels } = kindOf([], read);
    return { ...kind, codes, labels, mentions: [] };
  });
  return kind.codes.length > 0 || drawn.length === 0 ? [kind, ...drawn] : drawn;
}
