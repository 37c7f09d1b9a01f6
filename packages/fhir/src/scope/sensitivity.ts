import type { ClinicalCode } from '@careledger/domain';
import { SYSTEM } from '../systems.js';

const words = (text: string): string[] => text.split(/\s+/);

/**
 * Sensitivities of HL7 v3-ActCode (https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html) by blocks of
 * ICD-10 (WHO, 2019; ICD-10-CM has the same, and T76 besides): categories from the first to the last.
 */
const ICD_BLOCKS: readonly (readonly [first: string, last: string, ...labels: string[]])[] = [
  ['A50', 'A64', 'STD'],
  ['B20', 'B24', 'HIV'],
  ['D57', 'D57', 'SICKLE'],
  ['F00', 'F09', 'PSY'],
  ['F10', 'F10', 'ETHUD', 'SUD'],
  ['F11', 'F11', 'OPIOIDUD', 'SUD'],
  ['F12', 'F19', 'SUD'],
  ['F20', 'F99', 'PSY'],
  ['O04', 'O04', 'SEX'],
  ['T74', 'T74', 'SDV'],
  ['T76', 'T76', 'SDV'],
  ['Y05', 'Y05', 'SDV'],
  ['Z21', 'Z21', 'HIV'],
  ['Z30', 'Z31', 'SEX'],
];
const ICD_SYSTEMS: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-10-cm',
]);
/** Letter and two digits of an ICD-10 code: its category. */
const ICD_CATEGORY = 3;

/** The same by single codes, for what is measured, asked and diagnosed most: by the names that LOINC and SNOMED CT give them. */
const BY_CODE: Readonly<Record<string, readonly (readonly [codes: string[], ...labels: string[]])[]>> = {
  [SYSTEM.loinc]: [
    // Antibodies, antigen and RNA of HIV.
    [words('7917-8 20447-9 25836-8 29893-5 56888-1 68961-2 75622-1'), 'HIV'],
    // History of alcohol use, ethanol in blood and serum, drinks per day, AUDIT and AUDIT-C.
    [words('11331-6 5640-8 5643-2 74013-4 75624-7 75626-2'), 'ETHUD', 'SUD'],
    // Opiates in urine.
    [words('3879-4 19295-5'), 'OPIOIDUD', 'SUD'],
    // History of drug use, cannabis and cocaine in urine, DAST-10.
    [words('11342-3 3397-7 3426-4 82667-7'), 'SUD'],
    // PHQ-9, GAD-7, consultation of psychiatry.
    [words('34788-0 44249-1 44261-6 69737-5 70274-6'), 'PSY'],
    // Reagin antibody, DNA of chlamydia and of gonococci.
    [words('20507-0 21613-7 24111-7'), 'STD'],
  ],
  [SYSTEM.snomed]: [
    [words('62479008 86406008'), 'HIV'],
    [words('7200002 15167005'), 'ETHUD', 'SUD'],
    [words('5602001 75544000'), 'OPIOIDUD', 'SUD'],
    [words('66214007 191816009 724713006'), 'SUD'],
    [words('13746004 35489007 47505003 58214004'), 'PSY'],
    [words('8098009 15628003 76272004'), 'STD'],
    [words('127040003 417357006'), 'SICKLE'],
  ],
};

const LABELS_BY_CODE: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(BY_CODE).flatMap(([system, lists]) =>
    lists.flatMap(([codes, ...labels]) => codes.map((code) => [`${system}|${code}`, labels] as const)),
  ),
);

/** Why what these codes say is sensitive, as labels of v3-ActCode, each once; none for most. */
export const sensitivitiesOf = (codes: readonly ClinicalCode[]): string[] => [
  ...new Set(codes.flatMap(sensitivitiesOfCode)),
];

function sensitivitiesOfCode({ system, code }: ClinicalCode): readonly string[] {
  if (!ICD_SYSTEMS.has(system)) return LABELS_BY_CODE.get(`${system}|${code}`) ?? [];
  const category = code.slice(0, ICD_CATEGORY).toUpperCase();
  return ICD_BLOCKS.flatMap(([first, last, ...labels]) =>
    first <= category && category <= last ? labels : [],
  );
}
