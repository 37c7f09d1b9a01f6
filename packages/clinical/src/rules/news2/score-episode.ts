import { levelOf, type Level } from '../../model/alarm.js';
import type { ClinicalConfig, News2Thresholds } from '../../model/config.js';
import { MONITOR_ONSET_MS, NOT_REMEASURED_MS } from '../../model/limits.js';
import { NEWS2_PARAMETERS, type News2Parameter } from '../../model/news2-score.js';
import { IDLE_PART, isGap, stepPart, type Grade, type Part } from '../../engine/machine.js';
import { closePart, escalate, openEpisode, type OpenEpisode } from '../../engine/open-episode.js';
import type { Transition } from '../../engine/transition.js';
import { scoreAt, type Newest, type Scored } from './newest.js';
import { isDoubtful } from './vitals.js';

const RULE = 'news2';
const AT_ONCE_MS = 0;
/** Of an instant that does not meet the rule. */
const NO_LEVEL = levelOf('low');

/** Where the score's episode stands. */
export interface ScoreState {
  /** The newest instant; null before the first. */
  readonly lastT: number | null;
  readonly part: Part;
  readonly episode: OpenEpisode | null;
  /** While it lasts: parameters that scored when they were last measured, and when that was. */
  readonly bad: Partial<Record<News2Parameter, number>>;
}

export const NO_SCORE: ScoreState = { lastT: null, part: IDLE_PART, episode: null, bad: {} };

const isMet = ({ score }: Scored, { total, singleParameter }: News2Thresholds): boolean =>
  score.total >= total || (singleParameter !== null && score.highest >= singleParameter);

/** Priority, band, and each parameter that suffices on its own. */
export function levelOfScore({ score, counted }: Scored, thresholds: News2Thresholds): Level {
  const { total, highTotal, singleParameter } = thresholds;
  const isHigh = score.total >= highTotal;
  const alone = NEWS2_PARAMETERS.filter(
    (parameter) => singleParameter !== null && (score.scores[parameter] ?? 0) >= singleParameter,
  );
  const bad = Object.values(counted).filter((found) => found.score > 0);
  return levelOf(
    isHigh ? 'high' : 'medium',
    [
      ...(isHigh ? ['band-high'] : []),
      ...(score.total >= total ? ['band-medium'] : []),
      ...alone.map((parameter) => `at-${singleParameter}-${parameter}`),
    ],
    { unconfirmed: bad.some(({ value }) => isDoubtful(value)), total: score.total },
  );
}

/** An alarm of medium priority that rests on bedside monitors alone has to last for a minute. */
function onsetOf({ counted }: Scored, level: Level): number {
  const bad = Object.values(counted).filter((found) => found.score > 0);
  const isOfMonitors = level.priority === 'medium' && bad.every(({ value }) => value.kind === 'monitor');
  return isOfMonitors ? MONITOR_ONSET_MS : AT_ONCE_MS;
}

/** What is bad while an episode lasts, after an instant. */
export function withBad(bad: ScoreState['bad'], fresh: Scored): ScoreState['bad'] {
  const next: Partial<Record<News2Parameter, number>> = {};
  for (const parameter of NEWS2_PARAMETERS) {
    const found = fresh.counted[parameter];
    const at = found === undefined ? bad[parameter] : found.score > 0 ? found.at : undefined;
    if (at !== undefined) next[parameter] = at;
  }
  return next;
}

/** The same without parameters that were not measured again. */
const without = (bad: ScoreState['bad'], gone: readonly News2Parameter[]): ScoreState['bad'] =>
  Object.fromEntries(Object.entries(bad).filter(([parameter]) => !gone.some((name) => name === parameter)));

/** Where the score stands when something comes that NEWS2 scores: where nothing was scored for too long, from anew. */
export function afterGap(state: ScoreState, t: number, out: Transition[]): ScoreState {
  const { lastT, episode } = state;
  if (lastT === null || !isGap(lastT, t)) return state;
  if (episode !== null) {
    closePart(episode, { rule: RULE, end: lastT, reason: 'gap', at: t, isLast: true }, out);
  }
  return { ...NO_SCORE, lastT };
}

/** The score's episode after an instant, no gap before it, at which something was measured that NEWS2 scores. */
export function stepScore(
  state: ScoreState,
  { newest, t }: { readonly newest: Newest; readonly t: number },
  { news2 }: ClinicalConfig,
  out: Transition[],
): ScoreState {
  let { part, episode, bad } = state;
  const fresh = scoreAt(newest, t, news2.spo2Scale, { carried: false });
  // Only an episode that lasts can recover.
  const isBetween = () => part.isOpen && isMet(scoreAt(newest, t, news2.spo2Scale, { carried: true }), news2);
  const grade: Grade = isMet(fresh, news2) ? 'emergency' : isBetween() ? 'between' : 'recovered';
  const isEmergency = grade === 'emergency';
  const level = isEmergency ? levelOfScore(fresh, news2) : NO_LEVEL;
  const step = stepPart(part, t, grade, isEmergency ? onsetOf(fresh, level) : AT_ONCE_MS);
  part = step.part;
  if (step.opened !== null) {
    episode = openEpisode(episode, { rule: RULE, start: step.opened, t, level }, out);
    bad = {};
  } else if (episode !== null && isEmergency) episode = escalate(episode, { rule: RULE, at: t, level }, out);
  if (episode === null) return { lastT: t, part, episode, bad: {} };

  const gone = NEWS2_PARAMETERS.flatMap((parameter) => {
    const at = bad[parameter];
    const isOver = at !== undefined && t - at > NOT_REMEASURED_MS && fresh.counted[parameter] === undefined;
    return isOver ? [{ parameter, at }] : [];
  });
  bad = without(
    withBad(bad, fresh),
    gone.map(({ parameter }) => parameter),
  );
  if (gone.length > 0) {
    const { priority, unconfirmed } = episode.level;
    const marks = gone.map(({ parameter }) => `not-remeasured-${parameter}`);
    episode = escalate(episode, { rule: RULE, at: t, level: levelOf(priority, marks, { unconfirmed }) }, out);
  }
  if (step.recovered) {
    closePart(episode, { rule: RULE, end: t, reason: 'recovered', at: t, isLast: true }, out);
    return { lastT: t, part: IDLE_PART, episode: null, bad: {} };
  }
  if (gone.length > 0 && grade === 'recovered') {
    const end = Math.max(...gone.map(({ at }) => at));
    closePart(episode, { rule: RULE, end, reason: 'not-remeasured', at: t, isLast: true }, out);
    return { lastT: t, part: IDLE_PART, episode: null, bad: {} };
  }
  return { lastT: t, part, episode, bad };
}
