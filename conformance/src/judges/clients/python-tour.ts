import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKSPACE } from '../../docs/workspace.js';
import { WEIGHTS, type Seen, type TourOptions } from './tour.js';

const run = promisify(execFile);
const FOLDER = join(WORKSPACE, 'conformance/judges/clients');
const TOUR = join(FOLDER, 'tour.py');
const REQUIREMENTS = join(FOLDER, 'requirements.txt');
/** Names an interpreter that has what the requirements name. */
const PYTHON_VARIABLE = 'FHIR_CLIENTS_PYTHON';

/** fhirpy, and the models of fhir.resources (R4B). */
export interface PythonClients {
  tour(options: TourOptions): Promise<Seen>;
  /** Reads each `*.json` of a folder. @returns how many there were @throws Error with what was no R4B */
  read(folder: string): Promise<number>;
}

/** Of the interpreter that is named, or of one that gets them from PyPI. @param dir where it may lie */
export async function pythonClients(dir: string): Promise<PythonClients> {
  const python = process.env[PYTHON_VARIABLE] ?? (await installed(join(dir, 'python')));
  const linesOf = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Seen[]> => {
    const { stdout } = await run(python, [TOUR, ...args], { env: { ...process.env, ...env } });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Seen);
  };
  return {
    tour: async ({ patientId, token, url }) => {
      const lines = await linesOf(['tour'], {
        ...{ FHIR_URL: `${url}/fhir`, FHIR_TOKEN: token, FHIR_PATIENT: patientId },
        FHIR_WEIGHTS: String(WEIGHTS),
      });
      return Object.fromEntries(lines.map(({ did, ...seen }) => [String(did), seen]));
    },
    read: async (folder) => Number((await linesOf(['read', folder])).at(-1)?.['answers']),
  };
}

async function installed(folder: string): Promise<string> {
  await run('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin/python');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
  return python;
}
