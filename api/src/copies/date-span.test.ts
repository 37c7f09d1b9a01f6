import { expect, test } from '@jest/globals';
import { dateSpan } from './date-span.js';

const of = (text: string) => {
  const span = dateSpan(text);
  return span && [new Date(span.fromMs).toISOString(), new Date(span.toMs).toISOString()];
};

test('a date means all the time that it leaves open', () => {
  expect(of('2024')).toEqual(['2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z']);
  expect(of('2024-02')).toEqual(['2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z']);
  expect(of('2024-12-31')).toEqual(['2024-12-31T00:00:00.000Z', '2025-01-01T00:00:00.000Z']);
  expect(of('2024-12-31T23:30:00-01:00')).toEqual(['2025-01-01T00:30:00.000Z', '2025-01-01T00:30:01.000Z']);
  expect(of('2024-12-31T23:30:00.500Z')).toEqual(['2024-12-31T23:30:00.500Z', '2024-12-31T23:30:00.501Z']);
});

test('what is no date means no time', () => {
  for (const text of ['', 'today', '2024-13-45T00:00:00Z', '24']) expect(of(text)).toBeUndefined();
});
