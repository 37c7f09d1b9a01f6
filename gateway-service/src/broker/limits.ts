import { FRAME_MAX_BYTES } from '@careledger/protocol';

/**
 * MQTT packet that is read at all. A frame between `FRAME_MAX_BYTES` and this is refused with a result, as any bad
 * frame; a packet that announces more is not buffered: its connection ends.
 */
export const PACKET_MAX_BYTES = 2 * FRAME_MAX_BYTES;
/** Time between lists of revoked devices for an external broker: whoever changes his mind often makes no flood of them. */
export const REVOCATION_INTERVAL_MS = 10_000;
/** Time from the connection to the CONNECT packet. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Connections at a time. */
export const MAX_CONNECTIONS = 10_000;
/** How long a silent TCP connection is kept before the kernel asks whether it is still there. */
export const TCP_KEEP_ALIVE_MS = 60_000;
/** Limited sessions of one device at a time: who had one longest gives way, so that nobody keeps the device itself out. */
export const LIMITED_PER_DEVICE = 2;
/** Limited sessions of all devices together; here too the oldest gives way. */
export const LIMITED_MAX = 256;
/** Time that a limited session has to prove by a frame that its device is there. */
export const LIMITED_MAX_MS = 60_000;
/** Frames that it may spend on that. */
export const LIMITED_MAX_FRAMES = 64;
/** Bytes of acknowledgements and results that a device may leave unread before its connection ends. */
export const ANSWERS_BACKLOG_MAX_BYTES = 1024 * 1024;
/** Turns of its device's frames that wait for their answers before a connection is read on: they fit the queue. */
export const UNANSWERED_MAX_TURNS = 128;
/** The same of a limited session: all of a device's together fit into what the queue has for them. */
export const LIMITED_UNANSWERED_MAX_TURNS = 32;
