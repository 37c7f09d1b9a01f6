import { pino } from 'pino';

/** Standard output carries only the ready line, so every log record goes to standard error. */
export function createLog(level: string): Log {
  return pino({ name: 'devnet', level }, pino.destination({ fd: 2, sync: true }));
}

/** The part of a logger that the devnet uses. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
