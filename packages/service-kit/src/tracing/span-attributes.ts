import type { RecordKind } from '@careledger/domain';

/**
 * Everything that a span may say, by OpenTelemetry's names where it has one
 * (https://opentelemetry.io/docs/specs/semconv/). Spans leave the service: whoever collects them is not among those who may
 * see health data, ids of patients, devices or records, paths with such ids, or texts of errors. So none of that has a name
 * here.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string;
  /** The pattern, never the path. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'server.address'?: string;
  readonly 'server.port'?: number;
  /** Code or class of what went wrong. */
  readonly 'error.type'?: string;
  /** Kind of a record. */
  readonly 'careledger.record.kind'?: RecordKind;
  /** What became of a frame. */
  readonly 'careledger.frame.status'?: 'stored' | 'duplicate' | 'rejected' | 'failed';
  /** What a device's hello was answered. */
  readonly 'careledger.hello'?: 'nonce' | 'taken' | 'later' | 'rejected';
  /** Whether a frame took the emergency lane. */
  readonly 'careledger.frame.urgent'?: boolean;
  /** An organisation, by the id under which ledgers list it. */
  readonly 'careledger.authority'?: string;
  readonly 'careledger.provider'?: string;
}
