/** All attempts of a kind. */
export const EVERY = 'every';
/** All attempts of a kind but some, which another check holds against besides. */
export const except = (...names: string[]) => ({ except: names });

/** Of one kind of attempts, those that get through. */
export type Which = typeof EVERY | readonly string[] | { readonly except: readonly string[] };

/** A build with checks off. */
export interface Mutant<Check extends string> {
  readonly off: readonly Check[];
  /** What then gets through, by kind of attempt. */
  readonly through: Readonly<Record<string, Which>>;
}

/** An attempt as it is told apart from all others. */
export interface NamedTry {
  readonly kind: string;
  readonly name: string;
}

const keyOf = ({ kind, name }: NamedTry): string => `${kind}: ${name}`;

/** The keys of the attempts that a mutant should let through. @throws RangeError where it names one that is none */
export function expectedThrough(through: Mutant<string>['through'], tries: readonly NamedTry[]): string[] {
  return Object.entries(through)
    .flatMap(([kind, which]) => {
      const names = tries.filter((each) => each.kind === kind).map(({ name }) => name);
      const named = which === EVERY ? [] : 'except' in which ? which.except : which;
      const unknown = named.filter((name) => !names.includes(name));
      if (names.length === 0 || unknown.length > 0)
        throw new RangeError(`There is no attempt ${kind}: ${unknown.join(', ')}`);
      const chosen =
        which === EVERY || 'except' in which ? names.filter((name) => !named.includes(name)) : named;
      return chosen.map((name) => keyOf({ kind, name }));
    })
    .sort();
}

/** The keys of attempts, in order. */
export const keysOf = (tries: readonly NamedTry[]): string[] => tries.map(keyOf).sort();
