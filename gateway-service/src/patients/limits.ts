/** Patients whom one request enrols. */
export const ENROLMENTS_MAX = 100;
/** Such requests of a token, offers and enrolments each for themselves: more patients than the ledgers register in a minute. */
export const ENROLMENT_BATCHES_PER_MINUTE = 120;
/** Passphrases of one patient that wait for their turn. */
export const WAITING_PER_PATIENT_MAX = 4;
/** Passphrases that wait, all patients together: at about half a second each, none waits longer than a request may. */
export const WAITING_MAX = 32;
/** What whoever finds no room is told to wait. */
export const ROOM_RETRY_MS = 5_000;

/** Wrong passphrases, of a token or for a patient, that cost nothing: people mistype. */
export const FREE_MISTAKES = 3;
/** The pause after the next one; it doubles with each. */
export const MISTAKE_PAUSE_MS = 1_000;
/** The longest pause: the right passphrase is never kept out for longer. */
export const MISTAKE_PAUSE_MAX_MS = 60_000;
/** Mistakes are forgotten after this long without another. */
export const MISTAKES_FORGOTTEN_MS = 60 * 60_000;
