import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { WORKSPACE } from '../docs/workspace.js';

/** What HAPI FHIR's validator has against a Bundle. */
export interface Finding {
  /** Name within the folder that was validated. */
  readonly file: string;
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly location: string;
  /** The rule's, without its profile: `vs-1`, `dom-6`. */
  readonly id: string;
  readonly message: string;
}

/** HAPI FHIR's validator with R4's vital-signs profiles: conformance/judges/hapi. */
export interface HapiValidator {
  /** Validates every `*.json` of a folder, and says how many there were. @param workDir where it may compile */
  validate(folder: string, workDir: string): Promise<Validated>;
  /** Any resources, to the letter, without a claim that they do not make. */
  validateAsItIs(folder: string, workDir: string): Promise<Validated>;
  /** Writes the cases by which HL7 tests its validator into a folder, and says how many there are. */
  writeCases(folder: string, workDir: string): Promise<number>;
}

interface Validated {
  readonly validated: number;
  readonly findings: readonly Finding[];
}

const POM = join(WORKSPACE, 'conformance/judges/hapi/pom.xml');
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const run = promisify(execFile);

const FindingLine = Type.Object({
  file: Type.String(),
  severity: Type.Enum(['fatal', 'error', 'warning', 'information']),
  location: Type.String(),
  id: Type.String(),
  message: Type.String(),
});
const LastLine = Type.Object({ validated: Type.Integer() });

/** The program that `HAPI_VALIDATOR` names, or Java and Maven; undefined where neither is. */
export async function findHapi(): Promise<HapiValidator | undefined> {
  const program = process.env['HAPI_VALIDATOR'];
  if (program !== undefined) return validatorBy((args) => [program, args]);
  try {
    await run('javac', ['-version']);
    await run('mvn', ['-version']);
  } catch {
    return undefined;
  }
  return validatorBy((args, workDir) => [
    'mvn',
    [
      ...['-q', '-B', '-f', POM, `-Djudge.directory=${workDir}`],
      ...['compile', 'exec:java', `-Dexec.args=${args.join(' ')}`],
    ],
  ]);
}

function validatorBy(
  command: (args: readonly string[], workDir: string) => readonly [program: string, args: readonly string[]],
): HapiValidator {
  const validate = async (args: readonly string[], workDir: string): Promise<Validated> => {
    const { stdout } = await run(...command(args, workDir), { maxBuffer: MAX_OUTPUT_BYTES });
    // Maven may print around it, and colours before the first line.
    const lines = stdout.split('\n').flatMap((line) => /\{".*/.exec(line)?.[0] ?? []);
    const last = lines.pop();
    if (last === undefined) throw new Error(`HAPI said nothing of ${args.join(' ')}`);
    const { validated } = Value.Parse(LastLine, JSON.parse(last));
    const findings = lines.map((line): Finding => {
      const finding = Value.Parse(FindingLine, JSON.parse(line));
      return { ...finding, id: finding.id.slice(finding.id.lastIndexOf('#') + 1) };
    });
    return { validated, findings };
  };
  return {
    validate: (folder, workDir) => validate([folder], workDir),
    validateAsItIs: (folder, workDir) => validate([folder, 'as-it-is'], workDir),
    writeCases: async (folder, workDir) => (await validate([folder, 'cases'], workDir)).validated,
  };
}
