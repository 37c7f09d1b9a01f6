/** Where the table of attempts stands. */
export const SECURITY_PAGE = new URL('../../../SECURITY.md', import.meta.url);
