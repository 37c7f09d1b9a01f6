import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import { findInconsistencies } from './check.js';
import { DefinitionError } from './errors.js';
import { NetworkDefinitionSchema, type NetworkDefinition } from './schema.js';

const validator = Compile(NetworkDefinitionSchema);

/** The definition that the project ships. */
export const DEFAULT_DEFINITION_PATH = fileURLToPath(
  new URL('../../careledger.network.yaml', import.meta.url),
);

/** Reads and checks a definition file. Throws {@link DefinitionError} with every fault that it has. */
export function loadNetworkDefinition(path: string = DEFAULT_DEFINITION_PATH): NetworkDefinition {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DefinitionError('DEFINITION_UNREADABLE', [`cannot read ${path}`], { cause });
  }
  return withAbsolutePaths(parseNetworkDefinition(text), dirname(path));
}

/** Files that a definition names lie beside it. */
function withAbsolutePaths(definition: NetworkDefinition, folder: string): NetworkDefinition {
  const organizations = definition.organizations.map(({ fabricCa, ...organization }) => {
    if (!fabricCa) return organization;
    const { tlsRootFile, secretsFile, ...rest } = fabricCa;
    const files = {
      secretsFile: resolve(folder, secretsFile),
      ...(tlsRootFile !== undefined && { tlsRootFile: resolve(folder, tlsRootFile) }),
    };
    return { ...organization, fabricCa: { ...rest, ...files } };
  });
  return { ...definition, organizations };
}

/** Checks the text of a definition: YAML 1.2 of the shape of {@link NetworkDefinition}. */
export function parseNetworkDefinition(text: string): NetworkDefinition {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new DefinitionError('DEFINITION_INVALID', ['this is not YAML'], { cause });
  }
  if (!validator.Check(value)) {
    const problems = validator.Errors(value).map((e) => `${e.instancePath || '/'} ${e.message}`);
    throw new DefinitionError('DEFINITION_INVALID', problems);
  }
  const problems = findInconsistencies(value);
  if (problems.length > 0) throw new DefinitionError('DEFINITION_INCONSISTENT', problems);
  return value;
}
