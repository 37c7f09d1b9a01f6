import { trace } from '@opentelemetry/api';
import { pino, destination, stdSerializers, type Logger, type LoggerOptions } from 'pino';
import type { LogConfig } from './config/service-config.js';

const STDERR_FD = 2;

/** JSON lines on standard error; standard output belongs to the ready line. */
export function createLogger(name: string, config: LogConfig): Logger {
  return pino(loggerOptions(name, config), destination({ fd: STDERR_FD, sync: false }));
}

/** How lines are written, wherever they go. */
export function loggerOptions(name: string, config: LogConfig): LoggerOptions {
  return {
    name,
    level: config.level,
    mixin: traceMembers,
    // With the properties of causes: the address of a service that failed stands in one of them.
    serializers: { err: stdSerializers.errWithCause },
    redact: ['headers.authorization', 'req.headers.authorization', 'password', '*.password'],
  };
}

/** Where a line is traced, which trace it belongs to. */
function traceMembers(): { traceId?: string } {
  const span = trace.getActiveSpan();
  return span === undefined ? {} : { traceId: span.spanContext().traceId };
}

export type { Logger };
