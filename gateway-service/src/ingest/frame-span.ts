import { startSpan, type TraceParent } from '@careledger/service-kit';
import type { FrameTicket } from './ticket.js';

/** A frame whose way from here on is traced. */
export interface TracedFrame {
  readonly ticket: FrameTicket;
  /** What goes on from it. */
  readonly trace: TraceParent | null;
}

/** Makes a frame's way from its arrival to its answer a span, within the request that brought it, if any did. */
export function traceFrame(ticket: FrameTicket, isUrgent: boolean): TracedFrame {
  const span = startSpan('receive frame', {
    kind: 'consumer',
    attributes: { 'careledger.frame.urgent': isUrgent },
  });
  return {
    trace: span.traceParent,
    ticket: {
      settle(result) {
        if ('hello' in result) span.set({ 'careledger.hello': result.hello });
        else span.set({ 'careledger.frame.status': result.status });
        if (result.code !== undefined) span.fail({ code: result.code });
        span.end();
        ticket.settle(result);
      },
      fail(error) {
        span.set({ 'careledger.frame.status': 'failed' });
        span.fail(error);
        span.end();
        ticket.fail(error);
      },
    },
  };
}
