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
  validate(folder: string, workDir: string): Promise<{ validated: number; findings: readonly Finding[] }>;
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
  if (program !== undefined) return validatorBy((folder) => [program, [folder]]);
  try {
    await run('javac', ['-version']);
    await run('mvn', ['-version']);
  } catch {
    return undefined;
  }
  return validatorBy((folder, workDir) => [
    'mvn',
    [
      ...['-q', '-B', '-f', POM, `-Djudge.directory=${workDir}`],
      ...['compile', 'exec:java', `-Dexec.args=${folder}`],
    ],
  ]);
}

function validatorBy(
  command: (folder: string, workDir: string) => readonly [program: string, args: readonly string[]],
): HapiValidator {
  return {
    async validate(folder, workDir) {
      const [program, args] = command(folder, workDir);
      const { stdout } = await run(program, args, { maxBuffer: MAX_OUTPUT_BYTES });
      // Maven may print around it.
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      const last = lines.pop();
      if (last === undefined) throw new Error(`${program} said nothing of ${folder}`);
      const { validated } = Value.Parse(LastLine, JSON.parse(last));
      const findings = lines.map((line): Finding => {
        const finding = Value.Parse(FindingLine, JSON.parse(line));
        return { ...finding, id: finding.id.slice(finding.id.lastIndexOf('#') + 1) };
      });
      return { validated, findings };
    },
  };
}
