import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const DOCKER = fileURLToPath(new URL('../../../docker/', import.meta.url));
const DASHBOARDS = join(DOCKER, 'grafana/dashboards');
const RULES = join(DOCKER, 'prometheus/rules.yaml');

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
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description?: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

/** Grafana's dashboards, by the names of their files. */
export const dashboards = (): ReadonlyMap<string, Dashboard> =>
  new Map(
    readdirSync(DASHBOARDS).map((name) => [
      name,
      JSON.parse(readFileSync(join(DASHBOARDS, name), 'utf8')) as Dashboard,
    ]),
  );

/** Every metric that a dashboard or an alerting rule names, but `up`, which is Prometheus' own. */
export function namedMetrics(): string[] {
  const rules = parse(readFileSync(RULES, 'utf8')) as Rules;
  const expressions = [
    ...[...dashboards().values()].flatMap(({ panels }) =>
      panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ),
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
