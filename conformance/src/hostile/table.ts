import { ROLES, answersOf, type Role } from './attempt.js';
import { ATTEMPTS } from './attempts.js';

const BEGIN = '<!-- Begin of what hostile members try: written by `npm run attempts` -->';
const END = '<!-- End of what hostile members try -->';

/** The attempts by role, as Markdown: what is tried, how often, and what came back. */
function tableOfAttempts(): string {
  const sections = (Object.keys(ROLES) as Role[]).flatMap((role) => {
    const rows = ATTEMPTS.flatMap(({ where, kinds }) =>
      kinds.filter((each) => each.role === role).map((each) => rowOf(where, each)),
    );
    if (rows.length === 0) return [];
    const head = ['| where | what it does | times | answer |', '| --- | --- | ---: | --- |'];
    return [`### ${ROLES[role]} …`, '', ...head, ...rows, ''];
  });
  return sections.join('\n');
}

function rowOf(where: string, { what, tries }: (typeof ATTEMPTS)[number]['kinds'][number]): string {
  const times = tries.reduce((sum, each) => sum + (each.times ?? 1), 0);
  const answers = answersOf(tries.flatMap(({ answer }) => answer.split(', ')));
  return `| ${where} | ${what} | ${times} | ${answers.replaceAll(/\b[A-Z][A-Z_0-9]+\b/g, '`$&`')} |`;
}

/** The page with the table as the suite has it. @throws Error where the page does not mark where it stands */
export function withTable(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`The page does not mark where the table stands, between ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${tableOfAttempts()}\n${page.slice(to)}`;
}
