import { isObject, type Json } from '../json.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';
import { isPrimitive, languageFault, primitiveFault } from './primitives.js';
import type { R4Element, R4Table } from './table.js';

/** A value of a complex type, met on the way through a resource. */
export interface Met {
  readonly type: string;
  readonly value: Json;
  readonly path: string;
  /** The resource in which it stands: the contained one, if it is one. */
  readonly resource: Json;
  /** What `#id` leads into: the resource, or what it is contained in. */
  readonly container: Json;
  /** How the element is defined in which it stands; undefined for the resource at the top. */
  readonly element: R4Element | undefined;
}

/** A code that stands in an element of type `code` which is bound to a value set. */
export interface MetCode {
  readonly code: string;
  readonly path: string;
  readonly valueSet: string;
}

/** Told what there is to say of primitives on the way. */
export interface Listener {
  readonly report: Report;
  readonly metCode: (met: MetCode) => void;
}

type Walk = Generator<Met, void>;

/** Members that every JSON object of an element may have, whether its type names them or not. */
const SHADOW_MEMBERS: ReadonlySet<string> = new Set(['id', 'extension']);

/** A member's name in JSON, taken apart. */
interface Named {
  readonly name: string;
  readonly element: R4Element;
  readonly type: string;
}

/** Checks resources against R4's definitions of their types: elements, cardinality, types, primitives. */
export class R4Structure {
  readonly #table: Pick<R4Table, 'types'>;
  /** By type: how each member is called in JSON. */
  readonly #members = new Map<string, ReadonlyMap<string, Named>>();

  constructor(table: Pick<R4Table, 'types'>) {
    this.#table = table;
  }

  /** Whether there are definitions of the type. */
  knows(type: string): boolean {
    return Object.hasOwn(this.#table.types, type);
  }

  /** Keys of the constraints on a type. */
  rulesOf(type: string): readonly string[] {
    return this.#table.types[type]?.rules ?? [];
  }

  /** Walks through a resource, and gives each value of a complex type that it is made of, after what is within that. */
  *walk(resource: Json, path: string, listener: Listener, within?: Pick<Met, 'container' | 'element'>): Walk {
    const { container = resource, element } = within ?? {};
    const type = resource['resourceType'];
    if (typeof type !== 'string' || !this.knows(type)) {
      const message = `${String(type)} is not a type of resource that is taken here`;
      return listener.report({ code: 'not-supported', path: at(path, 'resourceType'), message });
    }
    yield* this.#complex({ type, value: resource, path, resource, container, element }, listener);
  }

  *#complex(met: Met, listener: Listener): Walk {
    const { type, value, path, resource } = met;
    const members = this.#membersOf(type);
    const present = new Map<R4Element, string>();
    for (const [key, item] of Object.entries(value)) {
      if (key === 'resourceType' && value === resource) continue;
      const isShadow = key.startsWith('_');
      const named = members.get(isShadow ? key.slice(1) : key);
      if (named === undefined || (isShadow && !isPrimitive(named.type))) {
        listener.report({ code: 'structure', path: at(path, key), message: `${type} has no such element` });
        continue;
      }
      const before = present.get(named.element);
      if (before !== undefined && before !== named.name)
        listener.report({
          code: 'structure',
          path: at(path, key),
          message: `${before} is there: one choice alone`,
        });
      present.set(named.element, named.name);
      if (isShadow)
        yield* this.#shadow(named, { ...met, value: item as Json, path: at(path, key) }, value, listener);
      else
        yield* this.#member(
          named,
          { value: item, shadow: value[`_${key}`] },
          { ...met, path: at(path, key) },
          listener,
        );
    }
    for (const [name, element] of Object.entries(this.#table.types[type]?.elements ?? {})) {
      if (element.isRequired === true && !present.has(element))
        listener.report({ code: 'required', path: at(path, name), message: `${type} requires it` });
    }
    if (value !== resource && type !== 'Element' && Object.keys(value).every((name) => name === 'id'))
      listener.report({
        code: 'invariant',
        path,
        rule: 'ele-1',
        message: 'says nothing: leave the element out',
      });
    yield met;
  }

  *#member(
    named: Named,
    { value, shadow }: { readonly value: unknown; readonly shadow: unknown },
    within: Met,
    listener: Listener,
  ): Walk {
    const { element } = named;
    const { path } = within;
    if (element.isList !== true) {
      if (Array.isArray(value))
        return listener.report({ code: 'structure', path, message: 'one value alone, not an array' });
      return yield* this.#value(named, value, within, listener);
    }
    if (!Array.isArray(value))
      return listener.report({ code: 'structure', path, message: 'an array, also of one' });
    if (value.length === 0)
      listener.report({ code: 'structure', path, message: 'an empty array: leave the element out' });
    for (const [index, item] of value.entries()) {
      const itemPath = `${path}[${index}]`;
      const beside: unknown = Array.isArray(shadow) ? shadow[index] : undefined;
      if (item !== null) yield* this.#value(named, item, { ...within, path: itemPath }, listener);
      else if (!isObject(beside))
        listener.report({
          code: 'structure',
          path: itemPath,
          message: 'null, and nothing beside it says why',
        });
    }
  }

  *#value({ name, type, element }: Named, value: unknown, within: Met, listener: Listener): Walk {
    const { path, resource, container } = within;
    if (isPrimitive(type)) {
      const fault = primitiveFault(type, value);
      if (fault !== undefined) return listener.report({ code: 'value', path, message: fault });
      return this.#code(type, value, { path, valueSet: element.valueSet }, listener);
    }
    if (!isObject(value))
      return listener.report({ code: 'structure', path, message: `${type} is an object in JSON` });
    if (type === 'Resource')
      return yield* this.walk(value, path, listener, {
        element,
        container: name === 'contained' ? container : value,
      });
    yield* this.#complex({ type, value, path, resource, container, element }, listener);
  }

  #code(
    type: string,
    value: unknown,
    { path, valueSet }: { readonly path: string; readonly valueSet: string | undefined },
    { report, metCode }: Listener,
  ): void {
    if (typeof value !== 'string' || type !== 'code') return;
    if (valueSet !== undefined) return metCode({ code: value, path, valueSet });
    const fault = path.endsWith('.language') ? languageFault(value) : undefined;
    if (fault !== undefined) report({ code: 'code-invalid', path, message: fault });
  }

  /** `_name`: id and extensions of a primitive, or of each in an array. */
  *#shadow({ element, name }: Named, { value, ...within }: Met, beside: Json, listener: Listener): Walk {
    const { path } = within;
    const values = element.isList === true ? value : [value];
    if (!Array.isArray(values))
      return listener.report({ code: 'structure', path, message: `an array beside the array ${name}` });
    const plain = beside[name];
    if (element.isList === true && Array.isArray(plain) && plain.length !== values.length)
      listener.report({ code: 'structure', path, message: `as many items as ${name} has` });
    for (const [index, item] of values.entries()) {
      const itemPath = element.isList === true ? `${path}[${index}]` : path;
      if (item === null && element.isList === true) continue;
      if (!isObject(item) || Object.keys(item).some((key) => !SHADOW_MEMBERS.has(key))) {
        const message = 'an object of id and extension, of the value beside it';
        listener.report({ code: 'structure', path: itemPath, message });
      } else
        yield* this.#complex(
          { ...within, type: 'Element', value: item, path: itemPath, element: undefined },
          listener,
        );
    }
  }

  #membersOf(type: string): ReadonlyMap<string, Named> {
    const known = this.#members.get(type);
    if (known !== undefined) return known;
    const members = new Map<string, Named>();
    for (const [name, element] of Object.entries(this.#table.types[type]?.elements ?? {}))
      for (const one of element.types) {
        const member = element.isChoice === true ? name + suffixOf(one) : name;
        members.set(member, { name: member, element, type: one });
      }
    this.#members.set(type, members);
    return members;
  }
}

/** Profiles of Quantity are called as it is in the names of choices. */
const suffixOf = (type: string): string =>
  type === 'SimpleQuantity' || type === 'MoneyQuantity'
    ? 'Quantity'
    : type.charAt(0).toUpperCase() + type.slice(1);
