/** Who tries. Each is a member of the system who does what none of them should. */
export const ROLES = {
  device: 'A device',
  relay: 'A relay of statements',
  patient: 'Another patient',
  delegate: 'A carer or guardian',
  author: 'An author of records',
  authority: 'An authority',
  provider: 'A cloud provider',
  operator: 'The operator of one organisation',
  thief: 'The holder of a stolen key or token',
} as const;
export type Role = keyof typeof ROLES;

/** What an attempt has come to when it got what it wanted. */
export const THROUGH = 'OK';
/** It was answered, as the first time or as somebody harmless would be, and changed nothing. */
export const NO_EFFECT = 'no effect';

/** One attempt, or several that are alike. */
export interface Try<Target> {
  /** What distinguishes it within its kind, e.g. the function that it calls. */
  readonly name: string;
  /** How often it is tried, where that is not once. */
  readonly times?: number;
  /** What it has to come to: a code, or {@link NO_EFFECT}. */
  readonly answer: string;
  /** Makes it, and says what it came to: {@link THROUGH} where the attacker got what the kind is about. */
  readonly run: (target: Target) => Promise<string>;
}

/** Attempts that one sentence describes. */
export interface AttemptKind<Target, Each extends Try<Target> = Try<Target>> {
  readonly id: string;
  readonly role: Role;
  /** What is tried, as the end of a sentence that the role begins. */
  readonly what: string;
  readonly tries: readonly Each[];
}

/** Attempts that are told apart by a word each, and come to the same answer. */
export interface AlikeAttempts<Target> extends Omit<AttemptKind<Target>, 'tries'> {
  readonly answer: string;
  readonly tries: Readonly<Record<string, Try<Target>['run']>>;
}

export const kindOf = <Target>({
  answer,
  tries,
  ...described
}: AlikeAttempts<Target>): AttemptKind<Target> => ({
  ...described,
  tries: Object.entries(tries).map(([name, run]) => ({ name, answer, run })),
});

/** Several answers as one: each once, in order. */
export const answersOf = (answers: Iterable<string>): string => [...new Set(answers)].sort().join(', ');

/** Whether an attempt, or one of several that are alike, has come to what it wanted. */
export const isThrough = (answer: string): boolean => answer.split(', ').includes(THROUGH);
