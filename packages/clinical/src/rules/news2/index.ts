import { defineRule } from '../../engine/rule.js';
import { NEWS2_HORIZON_MS } from '../../model/limits.js';
import { isNews2For } from '../../model/person.js';
import { NO_VITALS, type VitalsContext } from './context.js';
import { NEWS2_CODES, scoreAt, withNewest } from './newest.js';
import { news2FromV1 } from './migrate-v1.js';
import { afterGap, stepScore } from './score-episode.js';
import { news2Urgency } from './urgency.js';
import {
  evidenceOf,
  flagsOfVitals,
  isSameVital,
  itemOfReading,
  withVital,
  type VitalsItem,
} from './vitals.js';
import { ZERO_CODES, ZERO_KINDS, ZERO_RULES, stepZeros, zerosOf } from './zeros.js';

/** NEWS2 of the newest value of each parameter, and what a monitor's zeros mean. */
export const NEWS2 = defineRule<VitalsItem, VitalsContext>({
  name: 'news2',
  version: 2,
  migrations: [news2FromV1],
  takes: [...new Set([...NEWS2_CODES, ...ZERO_CODES])],
  urgency: news2Urgency,
  initial: NO_VITALS,
  horizonMs: NEWS2_HORIZON_MS,
  growingItems: true,
  compare: (a, b) => a.t - b.t,
  itemOf(input) {
    // Off, or nothing that it can be: of these a zero alone says something.
    if (input.flags.includes('OUT_OF_RANGE')) return null;
    return itemOfReading(input);
  },
  merge(present, { values: [value] }) {
    if (value === undefined || present.values.some((other) => isSameVital(other, value)))
      return { item: present, isDuplicate: true };
    return { item: withVital(present, value), isDuplicate: false };
  },
  judge: (_context, item) => item,
  advance(context, item, config, out) {
    const { t } = item;
    const zeros = stepZeros(context.zeros, item, out);
    const newest = withNewest(context.newest, item, config.news2.spo2Scale);
    const isMeasured = Object.values(newest).some(({ at }) => at === t);
    if (!isMeasured) return { newest, zeros, score: context.score };
    const score = afterGap(context.score, t, out);
    const isFor = isNews2For(config.person, t);
    return { newest, zeros, score: isFor ? stepScore(score, { newest, t }, config, out) : score };
  },
  open({ score, zeros }) {
    const episodes = [
      { rule: 'news2' as const, episode: score.episode },
      ...ZERO_KINDS.map((kind) => ({ rule: ZERO_RULES[kind], episode: zeros[kind].episode })),
    ];
    return episodes.flatMap(({ rule, episode }) => {
      if (episode === null) return [];
      const { start, raisedAt, level } = episode;
      return [{ rule, start, raisedAt, level }];
    });
  },
  evidence({ checkpoint, items }, { rule, raisedAt }, configAt) {
    const item = items.find(({ t }) => t === raisedAt);
    if (item === undefined) return { evidence: [], news2: null };
    if (rule !== 'news2')
      return { evidence: zerosOf(rule, item).map((value) => evidenceOf(value, item.t)), news2: null };
    let { newest } = checkpoint;
    for (const earlier of items) {
      if (earlier.t <= raisedAt) newest = withNewest(newest, earlier, configAt(earlier.t).news2.spo2Scale);
    }
    const { spo2Scale } = configAt(raisedAt).news2;
    const { score, counted } = scoreAt(newest, raisedAt, spo2Scale, { carried: false });
    return { evidence: Object.values(counted).map(({ value, at }) => evidenceOf(value, at)), news2: score };
  },
  flags: flagsOfVitals,
});
