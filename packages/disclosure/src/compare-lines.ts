import { isDeepStrictEqual } from 'node:util';
import { OUTCOME } from './audit-event.js';
import type { DisclosureFault } from './report.js';
import type { DisclosureBundle } from './statement.js';

type Entry = DisclosureBundle['entry'][number];
type LineFault = Omit<DisclosureFault, 'page'>;

/** Characters of a value that is shown. */
const SHOWN_MAX = 160;

/** Holds the lines of a page against those that its proof makes. @param found what the page has, anything */
export function compareLines(found: readonly unknown[], expected: readonly Entry[]): LineFault[] {
  const places = new Map(expected.map(({ fullUrl }, index) => [fullUrl, index]));
  const seen = new Set<number>();
  const faults: LineFault[] = [];
  let last = -1;
  for (const [index, entry] of found.entries()) {
    const fault = (code: LineFault['code'], detail: string) => faults.push({ code, line: index + 1, detail });
    const place = places.get(String((entry as Partial<Entry> | null)?.fullUrl));
    const wanted = place === undefined ? undefined : expected[place];
    if (place === undefined || wanted === undefined) {
      fault('LINE_UNKNOWN', 'the ledger’s answer has no such attempt for this patient and period');
      continue;
    }
    if (seen.has(place)) {
      fault('LINE_REPEATED', `the attempt stands there already: ${shown(wanted)}`);
      continue;
    }
    seen.add(place);
    if (!isDeepStrictEqual(entry, wanted)) fault('LINE_CHANGED', differences(entry, wanted));
    if (place < last) fault('LINE_MOVED', `the ledger has it as line ${place + 1}: ${shown(wanted)}`);
    last = Math.max(last, place);
  }
  for (const [place, wanted] of expected.entries())
    if (!seen.has(place)) faults.push({ code: 'LINE_MISSING', line: place + 1, detail: shown(wanted) });
  return faults;
}

function differences(entry: unknown, { resource: wanted }: Entry): string {
  const { resource: given } = entry as { resource?: unknown };
  const resource = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const names = new Set([...Object.keys(resource), ...Object.keys(wanted)]);
  const differing = [...names].filter((name) => !isDeepStrictEqual(resource[name], wanted[name]));
  if (differing.length === 0) return 'the entry has more than its resource';
  return differing
    .map((name) => `${name} is ${text(resource[name])}, on the ledger ${text(wanted[name])}`)
    .join('; ');
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? 'not there';
  return json.length > SHOWN_MAX ? `${json.slice(0, SHOWN_MAX)}…` : json;
}

/** An attempt in one line. */
function shown({ resource }: Entry): string {
  const { recorded, outcome, outcomeDesc, agent } = resource;
  const [client] = agent as { who: { identifier: { value: string } } }[];
  const answer = outcome === OUTCOME.permit ? 'permitted' : 'denied';
  return `${String(recorded)}, ${client?.who.identifier.value ?? 'somebody'}: ${answer} (${String(outcomeDesc)})`;
}
