import { expect, test } from '@jest/globals';
import { standingOf } from './alarm-standing.js';

const over = { priority: 'high', status: 'ended', late: false } as const;
const heard = { acknowledgedMs: null, patientAcknowledgedMs: null };

test('a high alarm that is over stays shown until somebody has acknowledged it', () => {
  expect(standingOf(over, heard)).toEqual({ isAcknowledged: false, isLatched: true, isShown: true });
  expect(standingOf(over, { ...heard, acknowledgedMs: 1 }).isShown).toBe(false);
  expect(standingOf(over, { ...heard, patientAcknowledgedMs: 1 }).isShown).toBe(false);
});

test('an alarm that lasts is shown, acknowledged or not', () => {
  expect(standingOf({ ...over, status: 'open' }, { ...heard, acknowledgedMs: 1 })).toEqual({
    ...{ isAcknowledged: true, isLatched: false, isShown: true },
  });
});

test('only high ones latch, and none that was taken back or was over before anybody could hear of it', () => {
  expect(standingOf({ ...over, priority: 'medium' }, heard).isShown).toBe(false);
  expect(standingOf({ ...over, status: 'withdrawn' }, heard).isShown).toBe(false);
  expect(standingOf({ ...over, late: true }, heard).isShown).toBe(false);
});
