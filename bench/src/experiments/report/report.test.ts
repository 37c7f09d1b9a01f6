import { expect, test } from '@jest/globals';
import type { Experiment, Figure } from '../experiment.js';
import { svgOf } from './chart.js';
import { csvOf } from './csv.js';
import { experimentsPage, tableOf } from './page.js';

const figure: Figure = {
  name: 'a-figure',
  title: 'Time by size',
  x: { label: 'size, all', scale: 'log' },
  y: { label: 'time (ms)', scale: 'linear' },
  series: [
    {
      name: 'one',
      points: [
        { x: 1, y: 0.123456, runs: 3 },
        { x: 10, y: 1_234.5, runs: 3 },
      ],
    },
    { name: 'two', points: [{ x: 10, y: 2, runs: 1 }] },
  ],
};
const experiment: Experiment = {
  ...{ name: 'an-experiment', title: 'An experiment', what: 'What\n    it is.' },
  run: () => Promise.resolve([figure]),
  meaning: ([first]) => `It has ${first?.series.length}\n  curves.`,
};

test('data has every point as measured, a line each, with quoted heads where a comma needs it', () => {
  expect(csvOf(figure)).toBe(
    'series,"size, all",time (ms),runs\r\none,1,0.123456,3\r\none,10,1234.5,3\r\ntwo,10,2,1\r\n',
  );
});

test('a table has a column for each curve with the unit, and a dash where a curve has no point', () => {
  expect(tableOf(figure)).toEqual([
    ['size, all', 'one (ms)', 'two (ms)'],
    ['1', '0.123', '–'],
    ['10', '1,235', '2'],
  ]);
});

test('a chart is an SVG of its own with title, axes and a legend, without anything from elsewhere', () => {
  const svg = svgOf(figure);
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  for (const text of ['Time by size', 'size, all', 'time (ms)', 'one', 'two']) expect(svg).toContain(text);
  expect(svg).not.toMatch(/<script|href="http/);
});

test('the page says for each experiment what was done, shows its figures, and says what they mean', () => {
  const text = experimentsPage({
    ...{ date: '2026-01-02', machine: ['2 × processor'], load: ['0.1', '1.9'] },
    findings: [{ experiment, figures: [figure] }],
    country: ['## A country'],
  });
  expect(text).toContain('on 2026-01-02');
  expect(text).toContain('What it is.');
  expect(text).toContain('![Time by size](experiments/a-figure.svg)');
  expect(text).toContain('[a-figure.csv](experiments/a-figure.csv)');
  expect(text).toContain('**What it means.** It has 2 curves.');
  expect(text.endsWith('## A country\n')).toBe(true);
});

test('an experiment that could not be run on this machine is on the page, with the reason', () => {
  const text = experimentsPage({
    ...{ date: '2026-01-02', machine: [], load: ['0.1', '1.9'], country: [] },
    findings: [{ experiment, skipped: 'Fabric is\n    not here' }],
  });
  expect(text).toContain('## An experiment\n\nWhat it is.\n\nSKIPPED: Fabric is not here\n');
  expect(text).not.toMatch(/What it means|\.svg/);
});
