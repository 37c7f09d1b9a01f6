import { escaped, page } from './html.js';

/** What went wrong, where it cannot be told to the app. */
export const errorPage = (organisation: string, error: string, detail: string | undefined): string =>
  page(
    `${organisation}: sign-in failed`,
    `<p>${escaped(detail ?? error)}</p>\n<p>Go back to the app and start again. Code: <code>${escaped(error)}</code></p>`,
  );
