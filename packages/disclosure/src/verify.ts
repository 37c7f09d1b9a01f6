import { isDeepStrictEqual } from 'node:util';
import { timestampOf } from '@careledger/domain';
import { readAccessPage } from './access-page.js';
import { compareLines } from './compare-lines.js';
import { countEndorsers, type EndorserRoots } from './endorsers.js';
import { DisclosureError } from './errors.js';
import type { DisclosureFault, DisclosureReport } from './report.js';
import { bundleOf, proofOf, type DisclosureBundle } from './statement.js';

type Page = ReturnType<typeof readAccessPage>;
type PageFault = Omit<DisclosureFault, 'page'>;

/**
 * Checks a disclosure statement offline: each page against the answer that peers signed, and the pages against each other, so
 * that nothing is changed, added, moved or left out between the ends of the period.
 * @param candidates the pages in their order, parsed JSON, from anybody
 */
export function verifyDisclosure(candidates: readonly unknown[], roots: EndorserRoots): DisclosureReport {
  const faults: DisclosureFault[] = [];
  const endorsers: string[][] = [];
  let first: Page | undefined;
  let before: Page | undefined;
  let attempts = 0;
  for (const [index, candidate] of candidates.entries()) {
    const report = (found: readonly PageFault[]) =>
      faults.push(...found.map((fault) => ({ ...fault, page: index + 1 })));
    const read = readPage(candidate);
    if (typeof read === 'string') {
      report([{ code: 'PROOF_MISSING', line: null, detail: read }]);
      continue;
    }
    const { page, bundle, expected } = read;
    first ??= page;
    const signed = endorsersOf(page, roots);
    endorsers.push([...signed.organisations]);
    report([
      ...signed.faults,
      ...sequenceFaults(page, before, first),
      ...memberFaults(bundle, expected),
      ...compareLines((bundle.entry as readonly unknown[]).slice(1), expected.entry.slice(1)),
    ]);
    attempts += page.accesses.length;
    before = page;
  }
  if (before === undefined || before.next !== '')
    faults.push({
      ...{ code: 'PAGE_MISSING', page: candidates.length, line: null },
      detail: 'the ledger has more: the page that follows is not there',
    });
  return {
    ok: faults.length === 0,
    about: first?.about ?? null,
    attempts,
    endorsers: endorsers.reduce<string[]>(
      (common, each, at) => (at === 0 ? each : common.filter((mspId) => each.includes(mspId))),
      [],
    ),
    faults,
  };
}

interface ReadPage {
  readonly page: Page;
  readonly bundle: Partial<Record<keyof DisclosureBundle, unknown>>;
  /** The page that the proof makes. */
  readonly expected: DisclosureBundle;
}

/** The page, or why it is none. */
function readPage(candidate: unknown): ReadPage | string {
  if (typeof candidate !== 'object' || candidate === null) return 'it is no FHIR Bundle';
  const bundle: ReadPage['bundle'] = candidate;
  if (bundle.resourceType !== 'Bundle' || !Array.isArray(bundle.entry)) return 'it is no FHIR Bundle';
  const proof = proofOf(bundle.entry[0]);
  if (proof === undefined) return 'its first entry is no Binary with the peers’ answer';
  try {
    const page = readAccessPage(proof);
    return { page, bundle, expected: bundleOf(page, proof) };
  } catch (error) {
    if (error instanceof DisclosureError) return `its proof proves nothing: ${error.message}`;
    throw error;
  }
}

function endorsersOf({ answer, askedAtMs }: Page, roots: EndorserRoots) {
  const { organisations, faults } = countEndorsers(answer.endorsements, roots, askedAtMs);
  const isEnough = organisations.length >= roots.threshold;
  const remarks = faults.map((fault) => `; ${fault}`).join('');
  const detail = `peers of ${organisations.length} of ${roots.threshold} organisations signed it${remarks}`;
  const found: PageFault[] = isEnough ? [] : [{ code: 'PROOF_UNSIGNED', line: null, detail }];
  return { organisations, faults: found };
}

/** Whether the page is the one that follows, of the same statement, and was asked for after the period. */
function sequenceFaults(page: Page, before: Page | undefined, first: Page): PageFault[] {
  const faults: PageFault[] = [];
  const fault = (code: PageFault['code'], detail: string) => faults.push({ code, line: null, detail });
  if (!isDeepStrictEqual(page.about, first.about))
    fault('PAGE_OTHER', `it is about ${JSON.stringify(page.about)}, not ${JSON.stringify(first.about)}`);
  if (page.bookmark !== (before?.next ?? ''))
    fault('PAGE_MISSING', 'it does not begin where the page before it ends');
  if (page.askedAtMs < Date.parse(page.about.to))
    fault('PERIOD_NOT_OVER', `the peers were asked at ${timestampOf(page.askedAtMs)}`);
  return faults;
}

function memberFaults(bundle: ReadPage['bundle'], expected: DisclosureBundle): PageFault[] {
  const { entry: found = [], ...members } = bundle;
  const { entry, ...wanted } = expected;
  const [proof] = found as readonly unknown[];
  if (isDeepStrictEqual(members, wanted) && isDeepStrictEqual(proof, entry[0])) return [];
  return [
    { code: 'PAGE_CHANGED', line: null, detail: 'the Bundle’s own members are not those of its proof' },
  ];
}
