import { pino, destination, type Logger } from 'pino';
import type { LogConfig } from './config/service-config.js';

const STDERR_FD = 2;

/** JSON lines on standard error; standard output belongs to the ready line. */
export function createLogger(name: string, config: LogConfig): Logger {
  return pino(
    {
      name,
      level: config.level,
      redact: ['headers.authorization', 'req.headers.authorization', 'password', '*.password'],
    },
    destination({ fd: STDERR_FD, sync: false }),
  );
}

export type { Logger };
