import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;
/** What is no schema, nor holds any. */
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);
/** What a title has to be to name a component, and a type of a client. */
const NAME = /^[A-Z][A-Za-z0-9]*$/;
const REF = '#/components/schemas/';

interface Document {
  readonly paths?: unknown;
  readonly components?: { readonly schemas?: Json };
}

/**
 * A description in which every schema with a `title` stands once, under that name among the components, and is referred to
 * where it is used: a generated client has one type for it. Routes keep their own schemas, with the title.
 * @throws RangeError where two schemas have one title, or it is no name
 */
export function nameSchemas<D extends Document>(document: D): D {
  const named = new Map<string, unknown>(Object.entries(document.components?.schemas ?? {}));
  const paths = withRefs(document.paths, named);
  return {
    ...document,
    paths,
    components: { ...document.components, schemas: Object.fromEntries([...named].sort(byName)) },
  };
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

function withRefs(value: unknown, named: Map<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => withRefs(item, named));
  if (typeof value !== 'object' || value === null) return value;
  const { title, ...members } = value as Json;
  const mapped: Json = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      VALUES.has(name) ? member : withRefs(member, named),
    ]),
  );
  // A member of that name has a schema, not a text.
  if (typeof title !== 'string')
    return title === undefined ? mapped : { title: withRefs(title, named), ...mapped };
  if (!NAME.test(title)) throw new RangeError(`A schema cannot be called ${title}: a title is a name`);
  const known = named.get(title);
  if (known !== undefined && !isDeepStrictEqual(known, mapped))
    throw new RangeError(`Two schemas are called ${title}: give one of them another title`);
  named.set(title, mapped);
  return { $ref: `${REF}${title}` };
}
