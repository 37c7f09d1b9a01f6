import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const file = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docker/${path}`, import.meta.url)), 'utf8');

/** Words of PromQL that look like names of metrics. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);
/** `by (le, node)` and the like: labels, not metrics. */
const LABEL_LISTS = /\b(by|without|on|ignoring|group_left|group_right)\b\s*(\([^)]*\))?/g;

/** The metrics that an expression reads. */
export function metricsOf(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(LABEL_LISTS, '');
  const names = bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w|\s*\()/g);
  return [...names].map(([name]) => name).filter((name) => !KEYWORDS.has(name.toLowerCase()));
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

/** Every metric that the dashboard and the alerting rules name, but `up`, which is Prometheus' own. */
export function namedMetrics(): string[] {
  const dashboard = JSON.parse(file('grafana/dashboards/careledger.json')) as Dashboard;
  const rules = parse(file('prometheus/rules.yaml')) as Rules;
  const expressions = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
  ];
  return [...new Set(expressions.flatMap(metricsOf))].filter((name) => name !== 'up').toSorted();
}

/** The metrics that an exposition (Prometheus text format) has, those of histograms and summaries in full. */
export function exposedMetrics(exposition: string): string[] {
  return [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) => {
    if (type === 'histogram') return ['_bucket', '_count', '_sum'].map((suffix) => name + suffix);
    if (type === 'summary') return ['', '_count', '_sum'].map((suffix) => name + suffix);
    return [name];
  });
}

/** Fabric's own metrics begin so; the rest is of this project's services and of their runtime. */
export const isFabricMetric = (name: string): boolean =>
  /^(ledger|endorser|chaincode|consensus|broadcast)_/.test(name);
