import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKSPACE } from '../docs/workspace.js';
import { withDocumentFiles, type Documents } from './services.js';

const run = promisify(execFile);
const GENERATOR = 'openapi-python-client';
const GENERATOR_VERSION = '0.29.1';
const CONFIG = join(WORKSPACE, 'clients/python/openapi-python-client.yaml');

/** Why there is no Python client: for whoever asked for it. */
export const PYTHON_MISSING = `the Python client needs pip install ${GENERATOR}==${GENERATOR_VERSION}, on PATH`;

/** Whether the generator is there, in the version that is meant. */
export async function hasPythonGenerator(): Promise<boolean> {
  try {
    const { stdout } = await run(GENERATOR, ['--version']);
    return stdout.trim().endsWith(` ${GENERATOR_VERSION}`);
  } catch {
    return false;
  }
}

/** Writes the packages of the three services into a folder, one below the other's name. */
export async function writePython(documents: Documents, folder: string): Promise<void> {
  await withDocumentFiles(documents, async (sources) => {
    for (const { file, service } of sources)
      await run(GENERATOR, [
        ...['generate', '--path', file, '--config', CONFIG, '--meta', 'none', '--fail-on-warning'],
        ...['--overwrite', '--output-path', join(folder, service.name)],
      ]);
  });
}
