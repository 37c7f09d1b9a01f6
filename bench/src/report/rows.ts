import { budgetText } from '../run/budget.js';
import { controlFails, isWithinBudget, type Result } from '../run/verdict.js';
import { shown } from './number.js';

/** Head and a row per measure. */
export function measureRows(results: readonly Result[]): string[][] {
  const head = ['measure', 'figure', 'budget', 'kept', 'min to max', 'a', 'b', 'unit', 'control'];
  return [head, ...results.map(measureRow)];
}

function measureRow(result: Result): string[] {
  const { name, budget, unit } = result.measure;
  if ('error' in result) return [name, '–', budgetText(budget), 'not measured', '–', '–', '–', unit, '–'];
  if ('skipped' in result) return [name, '–', budgetText(budget), 'skipped', '–', '–', '–', unit, '–'];
  const { measured, control } = result.outcome;
  return [
    name,
    shown(measured.ratio),
    budgetText(budget),
    keptText(result),
    `${shown(measured.spread.min)} to ${shown(measured.spread.max)}`,
    shown(measured.a),
    measured.b === null ? '–' : shown(measured.b),
    unit,
    control === null
      ? '–'
      : `${shown(control.ratio)}, ${controlFails(result) ? 'fails as it must' : 'DOES NOT FAIL'}`,
  ];
}

function keptText(result: Extract<Result, { outcome: unknown }>): string {
  if (result.measure.budget === 'reported') return '–';
  return isWithinBudget(result) ? 'yes' : 'NO';
}
