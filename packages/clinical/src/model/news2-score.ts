/** What NEWS2 scores (Royal College of Physicians, 2017), in the chart's order. */
export type News2Parameter =
  'respirationRate' | 'spo2' | 'oxygen' | 'systolic' | 'pulse' | 'consciousness' | 'temperature';

export const NEWS2_PARAMETERS: readonly News2Parameter[] = [
  'respirationRate',
  'spo2',
  'oxygen',
  'systolic',
  'pulse',
  'consciousness',
  'temperature',
];

/** SpO2 scale 2 is for hypercapnic respiratory failure with a target of 88 to 92 %, on a clinician's decision only. */
export type Spo2Scale = 1 | 2;

export interface News2Score {
  readonly total: number;
  /** Score of each parameter present. */
  readonly scores: Partial<Record<News2Parameter, number>>;
  /** The highest single score; 0 if nothing is present. */
  readonly highest: number;
  /** Parameters of which there is no value that still counts: the total is a lower bound when this is not empty. */
  readonly absent: readonly News2Parameter[];
  readonly spo2Scale: Spo2Scale;
}
