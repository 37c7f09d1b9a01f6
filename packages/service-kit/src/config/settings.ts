import { Type, type TObject, type TSchema, type TSchemaOptions, type TString } from 'typebox';

/** One leaf of a configuration schema. */
export interface Setting {
  /** Keys from the root; `[]` stands for each element of an array. */
  readonly path: readonly string[];
  readonly variable: string;
  readonly schema: TSchema;
  /** How the text of an environment variable becomes the value. */
  readonly kind: 'string' | 'scalar' | 'json';
  readonly secret: boolean;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly items?: TSchema;
  readonly secret?: boolean;
  readonly anyOf?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** A string that is never printed: masked wherever the configuration is shown. */
export function Secret(options: TSchemaOptions = {}): TString {
  return Type.String({ minLength: 1, ...options, secret: true });
}

/** Every leaf of the schema with the environment variable that sets it. */
export function settingsOf(schema: TObject, prefix: string): Setting[] {
  return leaves(schema, [], prefix);
}

function leaves(schema: TSchema, path: readonly string[], prefix: string): Setting[] {
  const json = schema as JsonSchema;
  if (json.properties) {
    return Object.entries(json.properties).flatMap(([key, child]) => leaves(child, [...path, key], prefix));
  }
  const setting: Setting = {
    path,
    variable: prefix + path.map(upperSnake).join('_'),
    schema,
    kind: kindOf(json),
    secret: json.secret === true,
  };
  // The elements of an array are no settings of their own, but may hold secrets to mask.
  const inner = json.items ? leaves(json.items, [...path, '[]'], prefix).filter((leaf) => leaf.secret) : [];
  return [setting, ...inner];
}

function kindOf(json: JsonSchema): Setting['kind'] {
  if (json.type === 'string' || typeof json.const === 'string') return 'string';
  if (json.enum?.every((value) => typeof value === 'string')) return 'string';
  if (json.anyOf?.every((option) => typeof (option as JsonSchema).const === 'string')) return 'string';
  if (json.type === 'integer' || json.type === 'number' || json.type === 'boolean') return 'scalar';
  return 'json';
}

/** bodyLimitBytes → BODY_LIMIT_BYTES */
function upperSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}
