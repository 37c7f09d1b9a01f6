import type { Rule } from '../engine/rule.js';
import { BLOOD_PRESSURE } from './blood-pressure/index.js';
import { FEVER } from './fever/index.js';
import { GLUCOSE } from './glucose/index.js';
import { NEWS2 } from './news2/index.js';
import { SILENCE } from './silence/index.js';

/** Every rule, in the order in which they are given a reading. A new one is a folder and a line here. */
export const RULES: readonly Rule[] = [GLUCOSE, NEWS2, BLOOD_PRESSURE, FEVER, SILENCE];

const byCode = new Map(
  RULES.flatMap(({ takes }) => takes).map((code) => [
    code,
    RULES.filter(({ takes }) => takes.includes(code)),
  ]),
);

/** The rules that take a code. */
export const rulesOf = (code: string): readonly Rule[] => byCode.get(code) ?? [];
